// Loaded into a process before anything else: at SIGUSR2 its wall clock jumps ten minutes ahead, as after a bad correction.
const RealDate = Date;
const now = Date.now;
const AHEAD_MS = 10 * 60_000;
let shiftMs = 0;

process.on('SIGUSR2', () => {
  shiftMs = AHEAD_MS;
});

class ShiftedDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(now() + shiftMs);
    else super(...given);
  }
  static now() {
    return now() + shiftMs;
  }
}
globalThis.Date = ShiftedDate;
