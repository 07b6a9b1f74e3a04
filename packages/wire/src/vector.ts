/** An embedding as OpenAI prints it: numbers, or (`encoding_format: 'base64'`) their bytes as 32-bit floats, little-endian. */
export function printVector(values: readonly number[], base64: boolean): readonly number[] | string {
  if (!base64) return values
  const view = new DataView(new ArrayBuffer(values.length * 4))
  values.forEach((value, at) => view.setFloat32(at * 4, value, true))
  let binary = ''
  for (const byte of new Uint8Array(view.buffer)) binary += String.fromCharCode(byte)
  return btoa(binary)
}
