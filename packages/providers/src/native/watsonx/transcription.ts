import type { Codec } from '@switchyard/core'
import { objectOf } from '@switchyard/wire'
import { recordingIn, refuseSubtitles, transcriptAs } from '../../audio.ts'
import { scopeOf } from './scope.ts'

/** OpenAI's form, and who pays (native-wire facts §10, 2026-11-22). */
export const transcription: Codec = {
  write: (
    { model: _model, response_format: format, timestamp_granularities: _granularities, stream: _stream, ...own },
    target,
    files,
  ) => {
    refuseSubtitles(format, 'watsonx.ai')
    const { model_id: model = target.model, ...payer } = scopeOf(target)
    return { form: { ...own, ...payer, model }, files: [{ ...recordingIn(files), field: 'file' }] }
  },
  read: (reply, request) => transcriptAs(request, objectOf(reply) ?? {}),
}
