/** The style of the dashboard: that of the other pages, wide on large screens, with cards instead of the table on small ones. */
import { html } from '../../formats/html';
import { PAGE_STYLE } from '../page';

export const DASHBOARD_STYLE = html`${PAGE_STYLE}
.red{--tone:var(--expired)}.amber{--tone:var(--soon)}.green{--tone:var(--good-ink)}.grey{--tone:var(--none)}
.top,main,.end{max-width:1440px;margin:0 auto;padding:0 24px}
.top{display:flex;flex-wrap:wrap;gap:0 24px;align-items:center;min-height:52px}
.top .brand{margin:0}.top nav{display:flex;flex-wrap:wrap;gap:0 20px}.top [aria-current]{color:inherit;font-weight:600;text-decoration:none}.top a{line-height:44px;font-size:15px}
main{padding-bottom:24px}main:focus{outline:0}
.end{padding-bottom:32px;color:var(--muted);font-size:13px}
a{color:var(--link);text-underline-offset:2px}
.skip{position:absolute;left:-9999px;z-index:1;padding:12px 18px;color:var(--on-fill);background:var(--fill)}
.skip:focus{left:8px;top:8px}
.unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.title{display:flex;flex-wrap:wrap;gap:0 20px;align-items:baseline;justify-content:space-between;margin:0 0 12px}h1{margin:0 0 2px;font-size:26px}.fresh{margin:0;color:var(--muted);font-size:14px}
ul,ol{margin:0;padding:0;list-style:none}
small{display:block;color:var(--muted);font-size:13px;line-height:1.4;font-weight:400}
code.command{display:inline-block;margin:.25rem 0 0;padding:.3rem .5rem;background:var(--ground);border-radius:6px;overflow-wrap:anywhere}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.alarm{margin:4px 0 20px;padding:18px 22px;background:var(--bad);color:var(--bad-ink);border:2px solid var(--bad-ink);border-radius:12px}
.alarm h2{font-size:20px}.alarm p{margin:0 0 4px}.alarm ul,.note ul{padding-left:20px;list-style:disc}
.note{margin:0 0 16px;padding:12px 16px;background:var(--picked);border-left:4px solid var(--link);border-radius:8px}
.note.warn{background:var(--warn);border-color:var(--soon)}.note.warn ul{padding:0;list-style:none}
.note p{margin:0}.note.bad{margin:14px 0 0;background:var(--bad);color:var(--bad-ink);border-color:var(--bad-ink)}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin:0 0 14px}
.tile{display:grid;grid-template-columns:auto 1fr;gap:0 12px;align-items:center;height:100%;min-height:56px;padding:8px 16px;color:inherit;background:var(--card);border:1px solid var(--line);
border-left:5px solid var(--tone);border-radius:12px;text-decoration:none}
.tile:hover{border-color:var(--tone)}
.tile b{grid-row:1/3;color:var(--tone);font-size:30px;line-height:1.1;font-variant-numeric:tabular-nums}.tile.zero b{color:var(--muted)}
.word{display:flex;gap:6px;align-items:center;color:var(--tone);font-weight:600;line-height:1.3}.tile small{line-height:1.2}
.sign{flex:none;fill:currentColor}
.act{padding-bottom:8px}.acts li{display:grid;grid-template-columns:112px minmax(0,1.5fr) 196px minmax(0,1.25fr) minmax(0,2.1fr);gap:0 18px;padding:11px 0;border-top:1px solid var(--line);font-size:15px;line-height:1.4}
.acts p{margin:0}.acts .badge{margin:0 0 3px}.acts .badge.plain{line-height:1.3;padding:2px 8px;white-space:normal;border-radius:12px}.acts .todo p+p{margin-top:4px}.acts .what a{font-size:16px}.acts .owners{font-size:14px}.acts .owners bdi{display:block}.acts .todo small{margin-top:2px}.acts .when b{font-size:15px}
.act .more{display:flex;flex-wrap:wrap;gap:0 24px;margin:0;padding:6px 0;border-top:1px solid var(--line)}.act .more a{display:inline-flex;align-items:center;min-height:40px}
.calm{border-left:5px solid var(--good-ink)}.calm .inline small{display:inline}
.chips{display:flex;flex-wrap:wrap;gap:0 22px;margin:0 0 6px;color:var(--muted);font-size:14px}
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
details.plainly{margin:12px 0 0}.card>.plainly:only-child{margin:-6px 0}
.plainly>summary{min-height:44px;margin:0;padding:10px 0;color:var(--link);font-size:15px;font-weight:400}
.scroll{overflow-x:auto}
.next li{padding:9px 0;border-top:1px solid var(--line)}.next li:first-child{border:0}
.next .when{display:block;font-size:14px}.next .when small{display:inline;margin-left:8px}
.legend{display:flex;gap:18px;margin:10px 0 0;color:var(--muted);font-size:13px}.legend li{display:flex;gap:6px;align-items:center}.legend .sign{color:var(--tone)}.when b,.expiry b{color:var(--ink);font-size:inherit}
.next a,.list th a{font-weight:600}
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
.badge.plain{padding:0 8px;color:var(--tone,var(--ink));border:1px solid currentColor;border-radius:99px;font-size:12px;line-height:20px;font-weight:600}
.badge.due{color:var(--on-fill);background:var(--fill);border-color:var(--fill)}
.filter{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,1.5fr) repeat(5,minmax(0,1.1fr)) auto;gap:8px 12px;align-items:end;margin:4px 0 10px}.filter:has(.f-scope){grid-template-columns:repeat(4,minmax(0,1fr))}
.filter .field{margin:0}.filter label{display:block;margin:0 0 3px;color:var(--muted);font-size:13px;font-weight:600}
.filter input,.filter select{min-height:40px;padding:7px 10px;font-size:15px}.filter .fault{display:block;font-size:13px}::placeholder{color:var(--muted);opacity:1}
.filtered{display:flex;flex-wrap:wrap;gap:8px;margin:0 0 10px}
.filtered a{display:inline-flex;gap:6px;align-items:center;min-height:32px;padding:2px 12px;color:var(--ink);background:var(--picked);border:1px solid var(--link);border-radius:99px;font-size:14px;text-decoration:none}
.filtered a.all{color:var(--link);background:none;border-color:transparent;text-decoration:underline}.filtered a:hover{border-color:var(--ink)}
.range{margin:0 0 6px;color:var(--muted);font-size:14px}.range b,.empty b{color:var(--ink)}
.ways{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,520px),1fr));gap:18px 28px}.ways>div{min-width:0}.ways p{margin:2px 0 6px}
pre{margin:0;padding:10px 12px;background:var(--ground);border:1px solid var(--line);border-radius:8px;font-size:13px;line-height:1.45;white-space:pre-wrap}
.steps{margin:6px 0 4px;padding-left:22px;list-style:decimal}.steps li{margin:0 0 6px}
select{display:block;width:100%;min-height:44px;padding:10px 12px;color:var(--ink);background:var(--card);border:1px solid var(--field);border-radius:8px;font:inherit}
.actions{margin:0}.actions button{min-height:40px;margin:0;padding:6px 22px;width:auto}
.paging{display:flex;flex-wrap:wrap;gap:8px 20px;margin:14px 0 0}
.paging a{display:inline-flex;align-items:center;min-height:44px;padding:0 18px;border:1px solid var(--link);border-radius:8px;text-decoration:none;font-weight:600}
.empty{margin:0;padding:18px 0;color:var(--muted)}
.head{display:flex;flex-wrap:wrap;gap:8px 32px;justify-content:space-between}.head>div{min-width:0}.place{margin:0}.badges{margin:0}.now-is{text-align:right}.expiry{margin:0;font-size:19px}.expiry b{color:var(--tone)}
.target .note{margin:14px 0 4px}.target .note h2{font-size:16px}.note .steps{margin:4px 0}.note .steps ul{padding-left:18px;list-style:disc}.places{display:flex;flex-wrap:wrap;gap:0 22px}.places a{display:inline-flex;align-items:center;min-height:36px;color:inherit;font-weight:600}
.mails{margin:4px 0 10px}.mails li{padding:7px 0;border-top:1px solid var(--line)}.mails li:first-child{border:0}.mails p{margin:0}.mails p::first-letter{text-transform:uppercase}
main dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:10px 24px;margin:14px 0 0}
main dl div{min-width:0}main .columns dl,main dl.decisions{grid-template-columns:1fr}
.notes{white-space:pre-line}.columns dd ul{margin:4px 0 0}
.recipient{padding:14px 0 6px;border-top:1px solid var(--line)}h2+.recipient{border:0;padding-top:6px}
h3{margin:0;font-size:16px}.recipient .plainly{margin:0}.recipient .plainly>summary{min-height:36px;padding:6px 0;font-size:14px}h3 .hint{font-weight:400}.recipient .note{margin:10px 0 0}
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
.row{display:flex;flex-wrap:wrap;gap:10px;align-items:center;margin:10px 0}.row button{width:auto;margin:0}.row .edit{margin:0;border:0}
.row .edit:not([open])>summary{display:flex;align-items:center;min-height:44px;margin:0;padding:0 18px;border:1px solid var(--link);border-radius:8px;font-size:16px}.row .edit[open]{flex:0 0 100%;order:1;padding:0 0 8px;border-top:1px solid var(--line)}
.kinds{display:flex;flex-wrap:wrap}.kinds a{display:inline-flex;align-items:center;min-height:44px}
.kinds{gap:8px;margin:8px 0 14px}.kinds a{padding:0 16px;border:1px solid var(--field);border-radius:8px;color:inherit;text-decoration:none}
.kinds [aria-current]{background:var(--picked);border-color:var(--fill);box-shadow:0 0 0 1px var(--fill);font-weight:600}
.card dl+p{margin-top:14px}.means{padding-left:20px;list-style:disc}.means li{margin:0 0 8px}.notice .check{margin-top:10px}.notice .hint{color:inherit}
a.button{display:inline-flex;align-items:center;min-height:44px;padding:0 18px}.danger{color:var(--expired)}a.danger{display:inline-flex;align-items:center;min-height:44px}
#add form{max-width:900px}
input[type=file]{display:block;width:100%;min-height:44px;padding:9px 0;font:inherit}td p:last-child{margin:0}.outcome{white-space:nowrap}.rejected .outcome{color:var(--expired);font-weight:600}.check+.scroll{margin-top:14px}
@media (max-width:1180px){.acts li{grid-template-columns:112px minmax(0,1.4fr) minmax(0,1fr)}.acts .owners{grid-column:2}.acts .when{grid-column:3;grid-row:1}.acts .todo{grid-column:2/-1;padding-top:4px}
.filter,.filter:has(.f-scope){grid-template-columns:repeat(4,minmax(0,1fr))}}
@media (max-width:1000px){.columns,.columns.even{display:block}.list .read{display:none}.list thead th:last-child{display:none}}
@media (max-width:760px){.top .long{display:none}.top nav{gap:0 14px}.top .brand{margin:8px 0 -6px;flex-basis:100%}.now-is{text-align:left}.top,main,.end{padding-left:12px;padding-right:12px}.tiles{grid-template-columns:1fr 1fr;gap:8px}.tile{min-height:48px;padding:5px 12px}.tile b{grid-row:1;font-size:22px}.tile small{display:none}
h1{font-size:22px}.filter,.filter:has(.f-scope){grid-template-columns:1fr 1fr}.f-q,.f-scope,.actions{grid-column:1/-1}.actions button{width:100%}
.acts li{grid-template-columns:1fr auto}.acts .state{grid-column:1}.acts .when{grid-column:2;grid-row:1;text-align:right}.acts .what,.acts .owners,.acts .todo{grid-column:1/-1}
.acts .owners bdi{display:inline}
.list,.list tbody{display:block}.list thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.list thead a{display:none}.list thead .narrow{display:inline}
.list tr{display:grid;grid-template-columns:1fr auto;gap:4px 12px;padding:12px 0;border-top:1px solid var(--line)}.list thead tr{display:block}
.list th,.list td{padding:0;border:0}.list tbody th{grid-column:1/-1}.list .state{text-align:right}.list .state .badge{margin:0 0 2px 8px}
.list .owners{grid-column:1/-1;color:var(--muted)}.list .owners bdi{display:inline}
.decisions div{display:block}}
@media (prefers-reduced-motion:no-preference){.tile{transition:border-color .15s}}
@media (forced-colors:active){.chart rect{fill:CanvasText}}
`;
