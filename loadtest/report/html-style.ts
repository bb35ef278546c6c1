export const style = `
:root { color-scheme: light dark; }
body { font: 14px/1.5 system-ui, sans-serif; max-width: 1240px; margin: 24px auto; padding: 0 16px; }
header { padding: 14px 18px; border-radius: 8px; color: #fff; font-size: 18px; background: #6b7280; }
header.PASS { background: #15803d; } header.FAIL { background: #b91c1c; } header.INVALID { background: #b45309; }
.facts { color: #6b7280; } code { font-size: 13px; }
.graphs { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 12px; }
svg { width: 100%; border: 1px solid #8883; border-radius: 8px; } svg text { font-size: 11px; fill: #888; }
svg .title { font-size: 13px; font-weight: 600; fill: currentColor; } .grid { stroke: #8883; } .mark { stroke: #8888; stroke-dasharray: 2 4; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 4px 10px; border-bottom: 1px solid #8883; white-space: nowrap; vertical-align: top; }
td:nth-child(2) { white-space: normal; min-width: 150px; } h2 { font-size: 16px; margin: 24px 0 6px; }
`;
