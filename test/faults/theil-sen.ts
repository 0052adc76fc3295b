/** The slope of a line through points, as the median of the slopes between all pairs. https://doi.org/10.1080/01621459.1968.10480934 */
export function theilSen(points: [x: number, y: number][]): number {
  const slopes = points.flatMap(([x, y], index) =>
    points.slice(index + 1).flatMap(([laterX, laterY]) => (laterX === x ? [] : [(laterY - y) / (laterX - x)])),
  );
  return slopes.toSorted((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0;
}
