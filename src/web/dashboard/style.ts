/** The style of the dashboard: that of the other pages, wide on large screens, with cards instead of the table on small ones. */
import { html } from '../../formats/html';
import { PAGE_STYLE } from '../page';

export const DASHBOARD_STYLE = html`${PAGE_STYLE}
.healthy{--tone:var(--good-ink)}.expiring{--tone:var(--soon)}.unknown{--tone:var(--none)}
.top,main,.end{max-width:1440px;margin:0 auto;padding:0 24px}
.top{display:flex;flex-wrap:wrap;gap:0 24px;align-items:center;min-height:52px}
.top .brand{margin:0}.top a{display:inline-flex;gap:6px;align-items:center;min-height:44px}
main{padding-bottom:24px}main:focus{outline:0}
.end{padding-bottom:32px;color:var(--muted);font-size:13px}
a{color:var(--link);text-underline-offset:2px}
.skip{position:absolute;left:-9999px;z-index:1;padding:12px 18px;color:var(--on-fill);background:var(--fill)}
.skip:focus{left:8px;top:8px}
.unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.title{margin:4px 0 18px}h1{font-size:28px}.fresh{margin:0;color:var(--muted)}
ul,ol{margin:0;padding:0;list-style:none}
small{display:block;color:var(--muted);font-size:13px;line-height:1.4;font-weight:400}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.alarm{margin:4px 0 20px;padding:18px 22px;background:var(--bad);color:var(--bad-ink);border:2px solid var(--bad-ink);border-radius:12px}
.alarm h2{font-size:20px}.alarm p{margin:0 0 4px}.alarm ul,.note ul{padding-left:20px;list-style:disc}
.note{margin:0 0 16px;padding:12px 16px;background:var(--picked);border-left:4px solid var(--link);border-radius:8px}
.note p{margin:0}.note.bad{margin:14px 0 0;background:var(--bad);color:var(--bad-ink);border-color:var(--bad-ink)}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:12px}
.tile{display:block;height:100%;padding:14px 18px;color:inherit;background:var(--card);border:1px solid var(--line);border-top:4px solid var(--tone);
border-radius:12px;text-decoration:none}
.tile:hover{border-color:var(--tone)}
.tile b{display:block;font-size:34px;line-height:1.2;font-variant-numeric:tabular-nums}
.word{display:flex;gap:7px;align-items:center;color:var(--tone);font-weight:600}
.sign{flex:none;fill:currentColor}
.chips{display:flex;flex-wrap:wrap;gap:2px 22px;margin:8px 2px 16px;color:var(--muted);font-size:14px}
.chips li,.chips a{display:inline-flex;align-items:center;min-height:32px}
.columns{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,1fr);gap:0 16px}.columns.even{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}
.card{min-width:0}.card h2:focus{outline:0}
.columns>.card{display:flex;flex-direction:column}
.chart{position:relative;display:flex;flex:1;flex-direction:column;padding-top:18px}
.chart svg{display:block;flex:1;width:100%;min-height:150px;height:150px;border-bottom:1px solid var(--field)}
.chart .most{position:absolute;top:0;left:0;margin:0;color:var(--muted);font-size:12px;line-height:1}
.chart rect{fill:var(--tone)}.chart .grid{fill:var(--line)}.chart rect.none{fill:var(--line)}
.axis{display:flex;justify-content:space-between;margin:6px 0 0;color:var(--muted);font-size:12px;line-height:1.35}
.axis li{text-align:center}.axis li:first-child{text-align:left}.axis li:last-child{text-align:right}
details.plainly{margin:12px 0 0}
.plainly>summary{min-height:44px;margin:0;padding:10px 0;color:var(--link);font-size:15px;font-weight:400}
.scroll{overflow-x:auto}
.next li{padding:9px 0;border-top:1px solid var(--line)}.next li:first-child{border:0}
.next .when{display:block}.when b,.expiry b{color:var(--ink);font-size:inherit}
.next a,.list th a{font-weight:600}
.troubles li{padding:10px 0;border-top:1px solid var(--line)}.troubles li p{margin:0}.more{margin:10px 0 0}
table{width:100%;border-collapse:collapse;font-size:15px;text-align:left}
th,td{padding:10px 14px 10px 0;border-top:1px solid var(--line);vertical-align:top}
td:last-child,th:last-child{padding-right:0}
@media (min-width:761px){.list{table-layout:fixed}.list thead th:nth-child(2){width:212px}.list thead th:nth-child(3){width:150px}
.list thead th:nth-child(4){width:24%}.list thead th:nth-child(5){width:106px}}
thead th{padding-top:4px;color:var(--muted);border:0;font-size:13px;font-weight:600;white-space:nowrap}
.narrow{display:none}thead th a{display:inline-block;min-height:24px;color:inherit}thead th a:hover{color:var(--link)}
tbody th{font-weight:400}.number{text-align:right}
.when small{white-space:nowrap}.list .owners{font-size:14px}.list .owners bdi{display:block}.list .read{white-space:nowrap;color:var(--muted);font-size:14px}
.badge{display:inline-flex;gap:5px;align-items:center;margin:0 8px 2px 0;color:var(--tone);font-size:14px;font-weight:600;white-space:nowrap}
.badge.plain{padding:0 8px;color:var(--ink);border:1px solid var(--field);border-radius:99px;font-size:12px;line-height:20px;font-weight:600}
.badge.due{color:var(--on-fill);background:var(--fill);border-color:var(--fill)}
.filter{display:grid;grid-template-columns:repeat(auto-fill,minmax(170px,1fr));gap:12px 14px;align-items:start;margin:8px 0 18px}
.filter .field{margin:0}.filter label{display:block;margin:0 0 4px;font-size:14px;font-weight:600}
.filter small.hint{margin:4px 0 0}.filter .fault{display:block;font-size:13px}
select{display:block;width:100%;min-height:44px;padding:10px 12px;color:var(--ink);background:var(--card);border:1px solid var(--field);border-radius:8px;font:inherit}
.actions{display:flex;gap:18px;align-items:center;margin:25px 0 0}.actions button{margin:0;width:auto}.actions a{display:inline-flex;align-items:center;min-height:44px}
.paging{display:flex;flex-wrap:wrap;gap:8px 20px;margin:14px 0 0}
.paging a{display:inline-flex;align-items:center;min-height:44px;padding:0 18px;border:1px solid var(--link);border-radius:8px;text-decoration:none;font-weight:600}
.empty{margin:0;padding:18px 0;color:var(--muted)}
.target h1{margin-bottom:8px}.badges{margin:0 0 4px}.expiry{margin:0;font-size:17px}.expiry b{color:var(--tone)}
main dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:10px 24px;margin:14px 0 0}
main dl div{min-width:0}main .columns dl,main dl.decisions{grid-template-columns:1fr}
.notes{white-space:pre-line}.columns dd ul{margin:4px 0 0}
.recipient{padding:14px 0 6px;border-top:1px solid var(--line)}h2+.recipient{border:0;padding-top:6px}
h3{margin:0;font-size:16px}h3 .hint{font-weight:400}.recipient .note{margin:10px 0 0}
.decisions div{display:grid;grid-template-columns:130px minmax(0,1fr)}
.check{display:flex;flex-wrap:wrap;gap:10px 16px;align-items:center;margin:12px 0 0}.check button,.send button{flex:none;margin:0}
.check .hint,.send .hint{flex:1 1 240px;margin:0}.send{display:flex;flex-wrap:wrap;gap:10px 16px;align-items:center;margin:20px 0 0}
.edit{margin:18px 0 0;border-top:1px solid var(--line)}h2+.edit{border:0;margin:6px 0 0}
.edit>summary{margin:0 0 -8px;padding:14px 0 8px;color:var(--link);font-size:16px}.edit[open]>summary{margin:0}
.fields{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:18px 24px}.fields .field{min-width:0;margin:0}
.edit .label{margin:0 0 4px}.edit .choice{border:0;padding:4px 0}.edit .choice:has(:checked){background:none;box-shadow:none}
.now{margin:6px 0 0;padding:4px 10px;border-left:3px solid var(--soon);font-size:14px;white-space:pre-line}
.notice dl{margin:6px 0 0}.notice dt{color:inherit;font-weight:600}
.history{margin:12px 0 0 6px;border-left:2px solid var(--line)}
.history li{position:relative;padding:0 0 16px 20px}.history li:last-child{padding-bottom:0}
.history li::before{content:"";position:absolute;left:-7px;top:6px;width:12px;height:12px;background:var(--tone);border:2px solid var(--card);border-radius:50%}
.rows,.kinds{display:flex;flex-wrap:wrap;gap:4px 20px}.rows a,.kinds a{display:inline-flex;align-items:center;min-height:44px}
.kinds{gap:8px;margin:8px 0 14px}.kinds a{padding:0 16px;border:1px solid var(--field);border-radius:8px;color:inherit;text-decoration:none}
.kinds [aria-current]{background:var(--picked);border-color:var(--fill);box-shadow:0 0 0 1px var(--fill);font-weight:600}
.card dl+p{margin-top:14px}.means{padding-left:20px;list-style:disc}.means li{margin:0 0 8px}.notice .check{margin-top:10px}.notice .hint{color:inherit}
a.button{display:inline-flex;align-items:center;min-height:44px;padding:0 18px}.danger{color:var(--expired)}a.danger{display:inline-flex;align-items:center;min-height:44px}
#add form{max-width:900px}
input[type=file]{display:block;width:100%;min-height:44px;padding:9px 0;font:inherit}td p:last-child{margin:0}.outcome{white-space:nowrap}.rejected .outcome{color:var(--expired);font-weight:600}.check+.scroll{margin-top:14px}
@media (max-width:1000px){.columns,.columns.even{display:block}.list .read{display:none}.list thead th:last-child{display:none}}
@media (max-width:760px){.top,main,.end{padding-left:12px;padding-right:12px}.tiles{grid-template-columns:1fr 1fr;gap:10px}.tile{padding:12px 14px}
h1{font-size:24px}.filter{grid-template-columns:1fr 1fr}.actions{margin:0;grid-column:1/-1}
.list,.list tbody{display:block}.list thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.list thead a{display:none}.list thead .narrow{display:inline}
.list tr{display:grid;grid-template-columns:1fr auto;gap:4px 12px;padding:12px 0;border-top:1px solid var(--line)}.list thead tr{display:block}
.list th,.list td{padding:0;border:0}.list tbody th{grid-column:1/-1}.list .state{text-align:right}.list .state .badge{margin:0 0 2px 8px}
.list .owners{grid-column:1/-1;color:var(--muted)}.list .owners bdi{display:inline}
.decisions div{display:block}}
@media (prefers-reduced-motion:no-preference){.tile{transition:border-color .15s}}
@media (forced-colors:active){.chart rect{fill:CanvasText}}
`;
