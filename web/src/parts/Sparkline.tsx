import classes from './Sparkline.module.css';

const [bar, gap, height] = [9, 3, 24];

/** Shares from 0 to 1, one beside the other; `null` where there is nothing to take a share of. `label` says it for readers. */
export function Sparkline({ shares, label }: { shares: (number | null)[]; label: string }) {
  const width = shares.length * (bar + gap) - gap;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {shares.map((share, place) => {
        const x = place * (bar + gap);
        if (share === null) return <rect key={place} className={classes.none} x={x} y={height - 2} width={bar} height={2} />;
        // What failed at all is seen, however little it is.
        const failed = share === 1 ? 0 : Math.max(3, Math.round((1 - share) * height));
        return (
          <g key={place}>
            <rect className={classes.well} x={x} y={failed} width={bar} height={height - failed} rx={1} />
            {failed > 0 && <rect className={classes.failed} x={x} y={0} width={bar} height={failed} rx={1} />}
          </g>
        );
      })}
    </svg>
  );
}
