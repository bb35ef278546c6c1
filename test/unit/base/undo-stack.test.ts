import { describe, expect, it } from 'vitest';
import { UndoStack } from '../../../src/base/undo-stack.ts';

describe('UndoStack', () => {
  it('undoes newest first, once', () => {
    const trace: number[] = [];
    const stack = new UndoStack();
    for (const step of [1, 2, 3]) stack.add(() => trace.push(step));
    stack.undo();
    stack.undo();
    expect(trace).toEqual([3, 2, 1]);
  });

  it('undoes nothing after a commit', () => {
    const trace: number[] = [];
    const stack = new UndoStack();
    stack.add(() => trace.push(1));
    stack.commit();
    stack.undo();
    expect(trace).toEqual([]);
  });

  it('runs every entry although one throws, and throws the first error at the end', () => {
    const trace: number[] = [];
    const stack = new UndoStack();
    stack.add(() => trace.push(1));
    stack.add(() => {
      throw new Error('second');
    });
    stack.add(() => {
      throw new Error('third');
    });
    expect(() => stack.undo()).toThrow('third');
    expect(trace).toEqual([1]);
  });
});
