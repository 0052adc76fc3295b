/**
 * What people answer by SMS to the platform's own number: ACK acknowledges an incident that they were told of. The number's webhook for
 * incoming messages is `POST /webhooks/notices`. https://www.twilio.com/docs/messaging/guides/webhook-request
 */
import express, { type RequestHandler, type Router } from 'express';
import { replyCode } from '../../domain/incident-notice.ts';
import { isAllowed } from '../../domain/permissions.ts';
import { readReply } from '../../domain/sms-reply.ts';
import type { Incident } from '../../db/app/stores/incidents.ts';
import type { User } from '../../db/app/stores/users.ts';
import { MalformedWebhook, type InboundEvent, type InboundRequest } from '../../providers/contract.ts';
import { getProvider } from '../../providers/registry.ts';
import { acknowledgeUpdate } from '../../workflows/messages.ts';
import type { Deps } from '../deps.ts';
import { ApiError, isOutage, notFound } from '../errors.ts';
import { bodyBytesMax } from '../json-body.ts';
import { localsOf } from '../locals.ts';
import type { ReplyOutcome } from '../metrics.ts';
import { answerEscalation } from '../routes/escalations/answer-escalation.ts';
import { refusal } from './verify.ts';

export const repliesPath = '/webhooks/notices';

/** Twilio waits 15 s for an answer. https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides */
const answerWithinMs = 10_000;

/** What became of a reply, and what its sender is told; an empty answer sends no SMS. */
interface Answer {
  outcome: ReplyOutcome;
  text: string;
}

export function serveSmsReplies(deps: Deps): Router {
  const router = express.Router();
  router.post('/', express.raw({ type: () => true, limit: bodyBytesMax }), receiveReply(deps));
  return router;
}

function receiveReply(deps: Deps): RequestHandler {
  return async (request, response) => {
    const locals = localsOf(response);
    locals.route = repliesPath;
    const sender = deps.notifier;
    if (!sender) throw notFound('sender of the platform’s SMS');
    const inbound: InboundRequest = {
      method: 'POST',
      url: deps.publicUrl + request.originalUrl,
      headers: request.headers as InboundRequest['headers'],
      body: request.body as Buffer,
    };
    const { webhook } = getProvider(sender.providerKey);
    const verdict = webhook!.verify(inbound, sender.credentials, new Date());
    if (!verdict.ok) {
      deps.metrics.noticeReplies.inc({ outcome: 'refused' });
      throw refusal('signature_unknown', 401, 'The signature does not fit the platform’s sender and public address.');
    }
    const { outcome, text } = await answerTo(deps, read(inbound, webhook!.parse));
    deps.metrics.noticeReplies.inc({ outcome });
    locals.outcome = outcome;
    response.type('text/xml').send(twiml(text));
  };
}

function read(inbound: InboundRequest, parse: (request: InboundRequest) => InboundEvent[]): InboundEvent | undefined {
  try {
    return parse(inbound)[0];
  } catch (error) {
    if (error instanceof MalformedWebhook) throw refusal('malformed', 400, error.message);
    throw error;
  }
}

async function answerTo(deps: Deps, event: InboundEvent | undefined): Promise<Answer> {
  const { From: from, Body: body } = event?.data ?? {};
  if (event?.type !== 'message_received' || typeof from !== 'string') return { outcome: 'ignored', text: '' };
  const people = await deps.stores.users.withPhone(from);
  if (people.length === 0) return { outcome: 'unknown_number', text: '' };
  const reply = readReply(typeof body === 'string' ? body : '');
  if (reply.kind === 'stop' || reply.kind === 'start') {
    // Twilio answers these words itself.
    for (const person of people) await deps.stores.noticeSettings.stopTexts(person, reply.kind === 'stop');
    return { outcome: reply.kind === 'stop' ? 'stopped' : 'started', text: '' };
  }
  if (reply.kind === 'other')
    return { outcome: 'not_understood', text: 'Answer ACK to acknowledge, or STOP to get no more SMS.' };
  return acknowledge(deps, people, reply.code);
}

async function acknowledge(deps: Deps, people: User[], code: string | null): Promise<Answer> {
  const entitled = people.filter(({ role }) => isAllowed(role, 'escalation.answer'));
  if (entitled.length === 0) return { outcome: 'not_allowed', text: 'Your role may not acknowledge incidents.' };
  const told = await deps.stores.incidents.toldByText(entitled.map(({ id }) => id));
  const incident = code === null ? (told.find(isUnanswered) ?? told[0]) : told.find(({ id }) => replyCode(id) === code);
  if (!incident)
    return {
      outcome: 'nothing_open',
      text:
        code === null ? 'Nothing is open that you were told of.' : `No open incident that you were told of has the code ${code}.`,
    };
  const { label } = await deps.stores.connections.get(incident.connectionId);
  const by = entitled.find(({ companyId }) => companyId === incident.companyId) ?? entitled[0]!;
  const { companyId } = incident;
  const entry = {
    actor: by.id,
    companyId,
    action: 'escalation.acknowledge' as const,
    subject: incident.id,
    detail: { over: 'sms' },
  };
  try {
    await deps.stores.audit.append({ ...entry, outcome: 'asked' });
    const answer = await answerEscalation({ ...deps, answerWithinMs }, incident, acknowledgeUpdate, { by: by.id });
    return answer.verdict === 'accepted'
      ? { outcome: 'acknowledged', text: `Acknowledged: ${label}. Nobody else is called about it.` }
      : { outcome: 'already', text: `${label}: ${answer.sentence ?? 'It was acknowledged already.'}` };
  } catch (error) {
    if (!(error instanceof ApiError || isOutage(error))) throw error;
    return { outcome: 'failed', text: `${label}: this could not be recorded now. Answer again in a few minutes.` };
  }
}

const isUnanswered = ({ state }: Incident) => state === 'open' || state === 'unanswered';

/** https://www.twilio.com/docs/messaging/twiml/message */
function twiml(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${escaped && `<Message>${escaped}</Message>`}</Response>`;
}
