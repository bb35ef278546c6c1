export const style = `
:root { color-scheme: light dark; --quiet: #6b7280; --line: #8883; }
@media (prefers-color-scheme: dark) { :root { --quiet: #9ca3af; } body { background: #111; } }
body { font: 14px/1.5 system-ui, sans-serif; max-width: 1240px; margin: 24px auto; padding: 0 16px; }
header { padding: 14px 18px; border-radius: 8px; color: #fff; font-size: 18px; background: #6b7280; overflow-wrap: anywhere; }
header.PASS { background: #15803d; } header.FAIL { background: #b91c1c; } header.INVALID { background: #b45309; }
.facts { color: var(--quiet); overflow-wrap: anywhere; } code { font-size: 13px; }
.graphs { display: grid; margin-top: 18px; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 12px; }
svg { width: 100%; box-sizing: border-box; border: 1px solid var(--line); border-radius: 8px; }
svg text { font-size: 11px; fill: var(--quiet); } svg .title { font-size: 13px; font-weight: 600; fill: currentColor; }
.grid { stroke: var(--line); } .mark { stroke: #8888; stroke-dasharray: 2 4; }
h2 { font-size: 16px; margin: 24px 0 6px; } h3 { font-size: 14px; margin: 16px 0 4px; color: var(--quiet); }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 4px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: top; }
th:first-child, td:first-child { text-align: left; padding-left: 0; } th { color: var(--quiet); font-weight: 500; vertical-align: bottom; white-space: normal; line-height: 1.25; }
th.text, td.text { text-align: left; white-space: normal; min-width: 220px; max-width: 520px; } td.bad { color: #dc2626; } td.good { color: #16a34a; }
@media (max-width: 640px) { svg text { font-size: 16px; } svg .title { font-size: 17px; } td:first-child, th:first-child { white-space: normal; min-width: 90px; } }
`;
