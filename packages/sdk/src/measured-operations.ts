/** `switchyard/operations`: what is known of images, speech, transcriptions, rerank … For programs that do more than chat and embed. */
export { measuredOf as measuredOperations } from '@switchyard/core'
