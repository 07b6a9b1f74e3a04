import { join } from 'node:path'
import type { Locks, Machine, Stop } from '../machine.ts'
import type { Disk } from './disk.ts'
import { filesOf } from './disk.ts'
import type { Faults } from './faults.ts'
import type { Process, World } from './world.ts'

/** The machine that all simulated processes share. */
export class SimulatedMachine {
  readonly world: World
  readonly disk: Disk
  readonly faults: Faults
  readonly #holders = new Map<string, Process>()
  constructor(world: World, disk: Disk, faults: Faults) {
    this.world = world
    this.disk = disk
    this.faults = faults
  }

  /** The machine as one process sees it. */
  seenBy(process: Process): Machine {
    const { world, disk, faults } = this
    return {
      now: () => world.now,
      random: () => world.random.next(),
      sleep: (ms) => world.wait(process, ms),
      turn: () => world.wait(process, 0),
      after: (ms, task) => this.#timer(process, ms, task),
      every: (ms, task) => this.#interval(process, ms, task),
      files: filesOf({ world, disk, faults, process }),
      locks: this.#locksOf(process),
    }
  }

  #timer(process: Process, ms: number, task: () => void): Stop {
    let isStopped = false
    this.world.after(process, ms, () => {
      if (!isStopped) task()
    })
    return () => {
      isStopped = true
    }
  }

  #interval(process: Process, ms: number, task: () => void): Stop {
    let isStopped = false
    const again = (): void =>
      this.world.after(process, ms, () => {
        if (isStopped) return
        task()
        again()
      })
    again()
    return () => {
      isStopped = true
    }
  }

  #locksOf(process: Process): Locks {
    const pathOf = (directory: string, worker: string): string => join(directory, `${worker}.lock`)
    return {
      take: (directory, worker) => {
        const path = pathOf(directory, worker)
        this.disk.put(path)
        this.#holders.set(path, process)
        return {
          release: () => void this.#holders.delete(path),
        }
      },
      state: (directory, worker) => {
        const path = pathOf(directory, worker)
        if (!this.disk.has(path)) return 'missing'
        return this.#holders.get(path)?.isAlive === true ? 'held' : 'free'
      },
      remove: async (directory, worker) => this.disk.remove(pathOf(directory, worker)),
    }
  }
}
