import { current } from './current.ts'
import type { KeptObjects } from './kept-objects.ts'

/** What providers keep for their customers, as functions: each is the method of its name of `KeptObjects`. */
type Kept<Name extends keyof KeptObjects> = KeptObjects[Name]

/** Uploads a file to a provider: `await createFile({ custom_llm_provider: 'openai', file, purpose: 'batch' })`. */
export const createFile: Kept<'createFile'> = (options) => current().kept.createFile(options)

export const retrieveFile: Kept<'retrieveFile'> = (options) => current().kept.retrieveFile(options)

export const listFiles: Kept<'listFiles'> = (options) => current().kept.listFiles(options)

/** The bytes of a file. */
export const fileContent: Kept<'fileContent'> = (options) => current().kept.fileContent(options)

export const deleteFile: Kept<'deleteFile'> = (options) => current().kept.deleteFile(options)

/** Has the rows of an uploaded file answered within a day, at the provider's price for batches. */
export const createBatch: Kept<'createBatch'> = (options) => current().kept.createBatch(options)

export const retrieveBatch: Kept<'retrieveBatch'> = (options) => current().kept.retrieveBatch(options)

export const cancelBatch: Kept<'cancelBatch'> = (options) => current().kept.cancelBatch(options)

export const listBatches: Kept<'listBatches'> = (options) => current().kept.listBatches(options)

/** Trains a model of your own on an uploaded file. */
export const createFineTuningJob: Kept<'createFineTuningJob'> = (options) => current().kept.createFineTuningJob(options)

export const retrieveFineTuningJob: Kept<'retrieveFineTuningJob'> = (options) => current().kept.retrieveFineTuningJob(options)

export const cancelFineTuningJob: Kept<'cancelFineTuningJob'> = (options) => current().kept.cancelFineTuningJob(options)

export const listFineTuningJobs: Kept<'listFineTuningJobs'> = (options) => current().kept.listFineTuningJobs(options)

export const listFineTuningEvents: Kept<'listFineTuningEvents'> = (options) => current().kept.listFineTuningEvents(options)

/** How far a video is that `createVideo` began. */
export const retrieveVideo: Kept<'retrieveVideo'> = (options) => current().kept.retrieveVideo(options)

export const listVideos: Kept<'listVideos'> = (options) => current().kept.listVideos(options)

/** Another video of one that is done. */
export const remixVideo: Kept<'remixVideo'> = (options) => current().kept.remixVideo(options)

export const deleteVideo: Kept<'deleteVideo'> = (options) => current().kept.deleteVideo(options)

/** The bytes of a finished video. */
export const videoContent: Kept<'videoContent'> = (options) => current().kept.videoContent(options)

export const createVectorStore: Kept<'createVectorStore'> = (options) => current().kept.createVectorStore(options)

export const retrieveVectorStore: Kept<'retrieveVectorStore'> = (options) => current().kept.retrieveVectorStore(options)

export const updateVectorStore: Kept<'updateVectorStore'> = (options) => current().kept.updateVectorStore(options)

export const deleteVectorStore: Kept<'deleteVectorStore'> = (options) => current().kept.deleteVectorStore(options)

export const listVectorStores: Kept<'listVectorStores'> = (options) => current().kept.listVectorStores(options)

/** What of a store answers a query best. */
export const searchVectorStore: Kept<'searchVectorStore'> = (options) => current().kept.searchVectorStore(options)

/** Puts an uploaded file into a store. */
export const createVectorStoreFile: Kept<'createVectorStoreFile'> = (options) => current().kept.createVectorStoreFile(options)

export const retrieveVectorStoreFile: Kept<'retrieveVectorStoreFile'> = (options) =>
  current().kept.retrieveVectorStoreFile(options)

export const listVectorStoreFiles: Kept<'listVectorStoreFiles'> = (options) => current().kept.listVectorStoreFiles(options)

export const deleteVectorStoreFile: Kept<'deleteVectorStoreFile'> = (options) => current().kept.deleteVectorStoreFile(options)

/** A place in which a model runs code. */
export const createContainer: Kept<'createContainer'> = (options) => current().kept.createContainer(options)

export const retrieveContainer: Kept<'retrieveContainer'> = (options) => current().kept.retrieveContainer(options)

export const listContainers: Kept<'listContainers'> = (options) => current().kept.listContainers(options)

export const deleteContainer: Kept<'deleteContainer'> = (options) => current().kept.deleteContainer(options)

export const listContainerFiles: Kept<'listContainerFiles'> = (options) => current().kept.listContainerFiles(options)

/** The bytes of a file in a container. */
export const containerFileContent: Kept<'containerFileContent'> = (options) => current().kept.containerFileContent(options)

export const createAssistant: Kept<'createAssistant'> = (options) => current().kept.createAssistant(options)

export const listAssistants: Kept<'listAssistants'> = (options) => current().kept.listAssistants(options)

export const deleteAssistant: Kept<'deleteAssistant'> = (options) => current().kept.deleteAssistant(options)

export const createThread: Kept<'createThread'> = (options) => current().kept.createThread(options)

export const retrieveThread: Kept<'retrieveThread'> = (options) => current().kept.retrieveThread(options)

export const addMessage: Kept<'addMessage'> = (options) => current().kept.addMessage(options)

export const listMessages: Kept<'listMessages'> = (options) => current().kept.listMessages(options)

/** Has an assistant answer a thread; `retrieveRun` says how far it is. */
export const createRun: Kept<'createRun'> = (options) => current().kept.createRun(options)

export const retrieveRun: Kept<'retrieveRun'> = (options) => current().kept.retrieveRun(options)
