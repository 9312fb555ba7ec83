/** Who answers a command now: screens register handlers, keys, palette and native menu run them by id. */
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { COMMANDS, type CommandId, commandById, commandOf } from '#shared/commands.ts';
import { useBackend } from '../queries/backend.tsx';

type Handler = () => void;

export interface Registry {
  readonly register: (id: CommandId, handler: Handler) => () => void;
  readonly run: (id: CommandId) => boolean;
  readonly available: () => readonly CommandId[];
  readonly subscribe: (listener: () => void) => () => void;
}

/** The last to register answers, so that a dialog can take a command from the page below it. */
export function createRegistry(): Registry {
  const handlers = new Map<CommandId, readonly Handler[]>();
  const listeners = new Set<() => void>();
  let available: readonly CommandId[] = [];
  const changed = (): void => {
    available = COMMANDS.map(({ id }) => id).filter((id) => (handlers.get(id) ?? []).length > 0);
    for (const listener of listeners) listener();
  };
  return {
    register: (id, handler) => {
      handlers.set(id, [...(handlers.get(id) ?? []), handler]);
      changed();
      return () => {
        handlers.set(
          id,
          (handlers.get(id) ?? []).filter((other) => other !== handler),
        );
        changed();
      };
    },
    run: (id) => {
      const handler = handlers.get(id)?.at(-1);
      handler?.();
      return handler !== undefined;
    },
    available: () => available,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

const RegistryContext = createContext<Registry | null>(null);

export function useRegistry(): Registry {
  const registry = useContext(RegistryContext);
  if (registry === null) throw new Error('useRegistry outside CommandProvider');
  return registry;
}

export function CommandProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [registry] = useState(createRegistry);
  const { host } = useBackend();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.repeat) return;
      const id = commandOf(event);
      if (id !== undefined && registry.run(id)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    const stopMenu = host.onCommand((id) => {
      const command = commandById(id);
      if (command !== undefined) registry.run(command.id);
    });
    return () => {
      window.removeEventListener('keydown', onKey);
      stopMenu();
    };
  }, [host, registry]);
  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

/** Answers `id` while mounted; null while the command has nothing to do here. */
export function useCommand(id: CommandId, handler: Handler | null): void {
  const registry = useRegistry();
  const latest = useRef(handler);
  const isOffered = handler !== null;
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => {
    if (!isOffered) return undefined;
    return registry.register(id, () => latest.current?.());
  }, [registry, id, isOffered]);
}

export function useAvailableCommands(): readonly CommandId[] {
  const registry = useRegistry();
  return useSyncExternalStore(registry.subscribe, registry.available);
}
