/** The other end of node_session.py: questions, one a line, in; answers, one a line, out. */
import { createInterface } from 'node:readline';

/** @param {(question: {host: string, name: string, in: string, out: string}) => Promise<unknown>} answer @param {() => Promise<void>} [end] */
export async function answerLines(answer, end) {
  for await (const line of createInterface({ input: process.stdin })) {
    let said;
    try {
      said = { value: (await answer(JSON.parse(line))) ?? null };
    } catch (problem) {
      said = { error: String(problem?.message ?? problem) };
    }
    process.stdout.write(`${JSON.stringify(said)}\n`);
  }
  await end?.();
  process.exit(0);
}
