import { styleText } from 'node:util'

/** Colours on a terminal only, and never with NO_COLOR. */
const on = process.stdout.isTTY && !process.env['NO_COLOR']

export const bold = (text: string): string => (on ? styleText('bold', text) : text)
export const dim = (text: string): string => (on ? styleText('dim', text) : text)
export const green = (text: string): string => (on ? styleText('green', text) : text)
export const red = (text: string): string => (on ? styleText('red', text) : text)
