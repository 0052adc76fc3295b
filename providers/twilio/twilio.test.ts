import { describeProvider } from '../contract.suite.ts';
import { twilio } from './index.ts';
import { setUpTwilio } from './twilio.fixture.ts';

describeProvider(twilio, setUpTwilio);
