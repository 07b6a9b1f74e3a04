export * from './keys.ts'
export * from './registry.ts'
export * from './resolve.ts'
