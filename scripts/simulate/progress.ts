/** Shows how far a long run has come: a bar on a terminal, a line for every tenth elsewhere. */
export interface Progress {
  readonly at: (done: number) => void;
  readonly end: () => void;
}

const WIDTH = 40;

export function showProgress(all: number, to: NodeJS.WriteStream): Progress {
  const from = Date.now();
  let told = 0;
  const left = (done: number): string => {
    const seconds = ((Date.now() - from) / done) * (all - done);
    return `${Math.ceil(seconds / 1000)} s left`;
  };
  return {
    at: (done) => {
      const part = done / all;
      if (to.isTTY) {
        const filled = '#'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '.');
        to.write(`\r[${filled}] ${done} of ${all} seeds, ${left(done)}   `);
        return;
      }
      if (Math.floor(part * 10) <= told) return;
      told = Math.floor(part * 10);
      to.write(`${done} of ${all} seeds, ${left(done)}\n`);
    },
    end: () => {
      if (to.isTTY) to.write('\r\u001b[K');
    },
  };
}
