/**
 * Moves this process's wall clock by CLOCK_SHIFT_MS, by `node --import`: what a machine sees whose time is set wrongly. Timers and
 * the monotonic clock go on as they are.
 */
const shiftMs = Number(process.env.CLOCK_SHIFT_MS);
const TrueDate = Date;
const now = () => TrueDate.now() + shiftMs;

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
  apply: () => new TrueDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
TrueDate.prototype.constructor = globalThis.Date;
