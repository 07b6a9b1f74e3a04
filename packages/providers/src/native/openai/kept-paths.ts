import type { Keeps } from '@switchyard/core'

/** Everything that OpenAI keeps for its customers, at its own paths. */
export const keptPaths = {
  files: '/files',
  batches: '/batches',
  'fine_tuning/jobs': '/fine_tuning/jobs',
  vector_stores: '/vector_stores',
  assistants: '/assistants',
  threads: '/threads',
  containers: '/containers',
  videos: '/videos',
} as const satisfies Keeps['paths']
