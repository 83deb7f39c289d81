/** How far a long verb has come, told on standard error so that standard output stays the result's. */
export interface Progress {
  /** `share` is 0 to 1, `null` where there is no telling; `note` stands beside it. */
  readonly show: (share: number | null, note: string) => void;
  /** Leaves the line, so that the next output has one of its own. */
  readonly end: () => void;
}

type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

const CELLS = 24;
const ERASE_LINE = '\r\u001b[2K';

/** A bar on a terminal; elsewhere a line for every tenth, or for every change of the note where there is no telling. */
export function openProgress(stream: Stream = process.stderr): Progress {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function bar(stream: Stream): Progress {
  let drawn = '';
  const draw = (text: string): void => {
    if (text !== drawn) stream.write(`${ERASE_LINE}${text}`);
    drawn = text;
  };
  return {
    show: (share, note) => {
      if (share === null) {
        draw(note);
        return;
      }
      const full = Math.round(CELLS * share);
      draw(`[${'#'.repeat(full)}${'.'.repeat(CELLS - full)}] ${percent(share)}  ${note}`);
    },
    end: () => {
      if (drawn !== '') stream.write(ERASE_LINE);
      drawn = '';
    },
  };
}

function lines(stream: Stream): Progress {
  let told = '';
  return {
    show: (share, note) => {
      const step = share === null ? note : `tenth ${Math.floor(share * 10)}`;
      if (step === told) return;
      told = step;
      stream.write(share === null ? `${note}\n` : `${percent(share)}  ${note}\n`);
    },
    end: () => undefined,
  };
}

function percent(share: number): string {
  return `${String(Math.floor(share * 100)).padStart(3)}%`;
}
