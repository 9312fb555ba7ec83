/** A crash at the n-th call of a port: from then on nothing of this process reaches the store or the wire. */

/** Not a failure that a person meets: the process is gone. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

export interface Fuse {
  /** Passes, or ends the process here. */
  readonly touch: (point: string) => void;
  /** The process ends at the n-th touch from now; null: not at all. */
  arm(touches: number | null): void;
  isBlown(): boolean;
}

export function createFuse(): Fuse {
  let left: number | null = null;
  let isBlown = false;
  return {
    touch: (point) => {
      if (left !== null && --left <= 0) isBlown = true;
      if (isBlown) throw new Crash(point);
    },
    arm: (touches) => {
      left = touches;
    },
    isBlown: () => isBlown,
  };
}

/** Every method of a port behind the fuse: before it works and after it has worked. */
export function behindFuse<T extends object>(port: T, touch: (point: string) => void, name: string): T {
  return new Proxy(port, {
    get: (target, key, receiver) => {
      const found: unknown = Reflect.get(target, key, receiver);
      if (typeof found !== 'function') return found;
      return (...args: readonly unknown[]): unknown => {
        const point = `${name}.${String(key)}`;
        touch(`before ${point}`);
        const result: unknown = Reflect.apply(found, target, args);
        // Nobody is left to hear how it ends when the process ends here.
        if (result instanceof Promise) result.catch(() => undefined);
        touch(`after ${point}`);
        return result;
      };
    },
  });
}
