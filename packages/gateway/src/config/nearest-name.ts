/** The most similar of the known names, when it is near enough to be meant. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const allowed = name.length < 4 ? 1 : name.length < 8 ? 2 : 3
  let best: string | undefined
  let bestDistance = Math.min(allowed, Math.floor(name.length / 2)) + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue
    const distance = editDistance(name, candidate, bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein with swaps of neighbours as one edit; gives up with `limit` when it cannot stay below. */
function editDistance(left: string, right: string, limit: number): number {
  let older: number[] = []
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    let smallest = row
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1]
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      if (swapped) cost = Math.min(cost, (older[column - 2] ?? 0) + 1)
      current.push(cost)
      smallest = Math.min(smallest, cost)
    }
    if (smallest >= limit) return limit
    older = previous
    previous = current
  }
  return previous[right.length] ?? limit
}
