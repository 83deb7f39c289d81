import type { ChildProcess } from 'node:child_process';

/** What processes of one start ask each other. */
export type Question = 'metrics' | 'readiness';

/** Answers by the name of the process; `null`: none in time. */
export type Answers = Readonly<Record<string, unknown>>;
export type Gather = (question: Question) => Promise<Answers>;

/** A process that does not answer for this long costs its own answer and nobody else's. */
const ANSWERS_WITHIN_MS = 1_500;
/** Its supervisor waits that long for each of the others, all at once. */
const GATHERED_WITHIN_MS = 2 * ANSWERS_WITHIN_MS;

/** `ask` wants one process's answer, `gather` those of all; the reply names the message by its number. */
type Message =
  | { readonly ask: Question; readonly number: number }
  | { readonly gather: Question; readonly number: number }
  | { readonly reply: number; readonly value: unknown };

/** The end of a channel: a child's, or the supervisor's end of one child's. */
interface Channel {
  readonly connected: boolean;
  send?: ((message: Message, done: (error: Error | null) => void) => unknown) | undefined;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

let numbers = 0;

/** Asks a child. `null` when it has no answer in time. */
export function askChild(child: ChildProcess, question: Question): Promise<unknown> {
  numbers += 1;
  return replied(child, { ask: question, number: numbers }, ANSWERS_WITHIN_MS);
}

/** Asks for this child whatever it wants to know of all. */
export function serveGather(child: ChildProcess, gather: Gather): void {
  answer(child, 'gather', gather);
}

/** Answers the supervisor's questions about this process. */
export function answerQuestions(answers: Readonly<Record<Question, () => Promise<unknown>>>): void {
  if (process.send !== undefined) answer(process, 'ask', (question) => answers[question]());
}

/** Asks all processes of this start through its supervisor; `null` without one, and when it does not answer in time. */
export async function gatherAnswers(question: Question): Promise<Answers | null> {
  if (process.send === undefined) return null;
  numbers += 1;
  const message = { gather: question, number: numbers };
  return (await replied(process, message, GATHERED_WITHIN_MS)) as Answers | null;
}

function replied(channel: Channel, message: Message & { readonly number: number }, withinMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    const end = (value: unknown): void => {
      clearTimeout(timer);
      channel.off('message', listen);
      resolve(value);
    };
    const listen = (received: unknown): void => {
      if (isMessage(received) && 'reply' in received && received.reply === message.number) end(received.value);
    };
    const timer = setTimeout(end, withinMs, null);
    channel.on('message', listen);
    send(channel, message, () => end(null));
  });
}

function answer(channel: Channel, word: 'ask' | 'gather', answers: (question: Question) => Promise<unknown>): void {
  channel.on('message', (received) => {
    const asked = questionIn(received, word);
    if (asked === null) return;
    const { question, number } = asked;
    answers(question)
      .catch(() => null)
      .then((value) => send(channel, { reply: number, value }, () => undefined))
      .catch(() => undefined);
  });
}

function questionIn(received: unknown, word: 'ask' | 'gather'): { question: Question; number: number } | null {
  if (!isMessage(received)) return null;
  if (word === 'ask') return 'ask' in received ? { question: received.ask, number: received.number } : null;
  return 'gather' in received ? { question: received.gather, number: received.number } : null;
}

/** A channel may close at any time; then there is nobody to be told. */
function send(channel: Channel, message: Message, failed: () => void): void {
  if (!channel.connected || channel.send === undefined) failed();
  else
    channel.send(message, (error) => {
      if (error !== null) failed();
    });
}

function isMessage(received: unknown): received is Message {
  return (
    typeof received === 'object' &&
    received !== null &&
    ('ask' in received || 'gather' in received || 'reply' in received)
  );
}
