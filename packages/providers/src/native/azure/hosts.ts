/** Azure's own hosts of models and of speech. */
export const azureHosts = [
  '.openai.azure.com',
  '.openai.azure.us',
  '.cognitiveservices.azure.com',
  '.services.ai.azure.com',
  '.tts.speech.microsoft.com',
  '.api.cognitive.microsoft.com',
]

/** Not those of `inference.ml.azure.com`: behind them customers run containers of their own. */
export const foundryHosts = ['.services.ai.azure.com', '.models.ai.azure.com']

export function isAzureUrl(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === 'https:' && [...azureHosts, ...foundryHosts].some((host) => url.hostname.endsWith(host))
}
