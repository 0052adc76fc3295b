/** `npm run demo`, beside a running `npm start`: tells the whole story and exits non-zero when anything is not as promised. */
import { readDevelopment } from './development.ts';
import { drawCard } from './demo/draw-card.ts';
import { tellStory } from './demo/story.ts';

const started = Date.now();
try {
  const { card, deals, connectionId } = await tellStory({
    ...(await readDevelopment()),
    say: (chapter, outcome) => console.log(`✔ ${chapter.padEnd(11)} ${outcome}`),
  });
  console.log(
    `\n${drawCard(card)}\n${drawCard(deals.card)}\n\nAll as promised, in ${((Date.now() - started) / 1000).toFixed(1)} s (${connectionId}).`,
  );
} catch (error) {
  console.error(`✘ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
