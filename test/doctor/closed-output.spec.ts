import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Terminal } from '@support/terminal.js';
import { processIo } from '../../libs/conta-simples-auth/src/cli/command.js';
import { main } from '../../libs/conta-simples-auth/src/cli/main.js';

class Stream extends EventEmitter {
  text = '';
  write(text: string) {
    this.text += text;
    return true;
  }
}

const open = () => {
  const streams = { stdout: new Stream(), stderr: new Stream() };
  return { ...streams, io: processIo(streams as unknown as Parameters<typeof processIo>[0]) };
};
const failure = (code: string) => Object.assign(new Error('canary'), { code });

afterEach(() => {
  process.exitCode = undefined;
});

describe('output that is not read any more', () => {
  it('is no failure: what follows is dropped, and said once to those that wait for it', () => {
    const { stdout, stderr, io } = open();
    expect(io.outputClosed.aborted).toBe(false);
    for (let i = 0; i < 3; i++) stdout.emit('error', failure('EPIPE'));
    stderr.emit('error', failure('EPIPE'));
    expect(io.outputClosed.aborted).toBe(true);
    expect(stderr.text).toBe('');
  });

  it('is one where the disk is full: said once, without the message', () => {
    const { stdout, stderr, io } = open();
    for (let i = 0; i < 3; i++) stdout.emit('error', failure('ENOSPC'));
    expect(stderr.text).toBe('The output could not be written (ENOSPC)\n');
    io.setExitCode(0);
    expect(process.exitCode).toBe(1);
    expect(io.outputClosed.aborted).toBe(true);
  });

  it('ends the emulator', async () => {
    const terminal = new Terminal();
    const running = main(['emulator', '--port', '0'], terminal);
    await terminal.sees(/CONTA_SIMPLES_BASE_URL=/);
    terminal.closeOutput();
    await running;
    expect(terminal.exitCode).toBe(0);
    expect(terminal.signals.eventNames()).toEqual([]);
  });

  it('ends an emulator that is about to start', async () => {
    const terminal = new Terminal();
    terminal.closeOutput();
    await main(['emulator', '--port', '0'], terminal);
    expect(terminal.exitCode).toBe(0);
  });
});
