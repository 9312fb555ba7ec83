// `kill <npm's pid>` ends npm and its shell, but the shell passes no signal on: notice that the parent went, and stop.

export function watchParent() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  timer.unref();
}
