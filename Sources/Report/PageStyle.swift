/// The one style sheet: light and dark by what the reader's system prefers, and for paper.
enum PageStyle {
    static let sheet: StaticString = """
        :root{--paper:#fcfbf8;--card:#ffffff;--ink:#1d1f21;--soft:#5d6166;--faint:#6c7278;\
        --rule:#e4e1d9;--grid:#ece9e2;--accent:#8a6100;--c0:#0072b2;--c1:#d55e00;--c2:#009e73;\
        --c3:#cc79a7;--c4:#e69f00;--c5:#56b4e9;--heat:#0072b2;--inverse:#ffffff;--on:.22}
        @media (prefers-color-scheme:dark){:root{--paper:#15171a;--card:#1b1e22;--ink:#e9e7e2;\
        --soft:#a9adb2;--faint:#8f949a;--rule:#2d3136;--grid:#272b30;--accent:#e3b341;--c0:#56b4e9;\
        --c1:#f0803c;--c2:#2bc79a;--c3:#dd9bc0;--c4:#f0b429;--c5:#3f8fd0;--heat:#3f9fdc;\
        --inverse:#0b0d0f;--on:.28}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 ui-sans-serif,\
        system-ui,\
        -apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;\
        font-variant-numeric:tabular-nums}
        header,main,footer{max-width:1128px;margin:0 auto;padding:0 32px}
        header{padding-top:64px}
        .kicker{margin:0 0 6px;color:var(--accent);font-size:13px;font-weight:600;\
        letter-spacing:.14em;text-transform:uppercase}
        h1,h2{font-family:Charter,"Bitstream Charter","Iowan Old Style","Source Serif 4",Georgia,\
        "Noto Serif","DejaVu Serif",serif;font-weight:600;text-wrap:balance}
        h1{margin:0;font-size:42px;line-height:1.15;letter-spacing:-.015em;overflow-wrap:anywhere}
        h2{margin:0 0 18px;font-size:27px;line-height:1.25;letter-spacing:-.01em}
        h3{margin:0 0 6px;font-size:15px;line-height:1.4;font-weight:650;overflow-wrap:anywhere}
        .lede{margin:14px 0 0;max-width:46em;color:var(--soft);font-size:18px}
        .tiles{display:flex;flex-wrap:wrap;gap:0 44px;margin:36px 0 0;padding:22px 0;\
        border-top:2px solid var(--ink);border-bottom:1px solid var(--rule)}
        .tile{min-width:104px;padding:4px 0}
        .tile dt{color:var(--soft);font-size:13px}
        .tile dd{margin:0}
        .tile .figure{font-size:33px;line-height:1.2;font-weight:600;letter-spacing:-.02em}
        .tile:first-child .figure{color:var(--accent)}
        .tile .note{color:var(--faint);font-size:12.5px}
        nav ol{display:flex;flex-wrap:wrap;gap:4px 26px;margin:18px 0 0;padding:0;list-style:none;\
        font-size:14px}
        nav a{color:var(--soft);text-decoration:none;border-bottom:1px solid transparent}
        nav a:hover,nav a:focus-visible{color:var(--ink);border-bottom-color:var(--accent)}
        section{padding:56px 0 0}
        section>p{max-width:46em}
        .intro{margin:-12px 0 24px;color:var(--soft)}
        .figures{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:28px;\
        margin:0 0 28px}
        figure{margin:0;padding:18px 18px 14px;background:var(--card);border:1px solid var(--rule);\
        border-radius:6px;break-inside:avoid}
        figure.full{grid-column:1/-1}
        figure>svg{display:block;width:100%;height:auto;margin-top:4px}
        figcaption{margin-top:8px;color:var(--soft);font-size:13px;line-height:1.5}
        .legend{display:flex;flex-wrap:wrap;gap:2px 18px;margin:0 0 4px;padding:0;list-style:none;\
        color:var(--soft);font-size:13px}
        .legend li{display:flex;align-items:center;gap:7px}
        .swatch{width:30px;height:12px;flex:none}
        details{margin-top:10px;font-size:13px}
        summary{width:max-content;color:var(--faint);cursor:pointer}
        summary:hover,summary:focus-visible{color:var(--ink)}
        svg text{fill:var(--ink);font-size:12.5px;unicode-bidi:isolate}
        .tick{fill:var(--faint)}svg text.tick{fill:var(--faint);font-size:12px}
        svg text.axisname{fill:var(--soft)}
        svg text.value{fill:var(--soft)}
        .mid{text-anchor:middle}.end{text-anchor:end}
        .grid{stroke:var(--grid);stroke-width:1;fill:none}
        .axis,.tickmark{stroke:var(--faint);stroke-width:1;fill:none}
        .line{fill:none;stroke-width:2;stroke-linejoin:round}
        .guide{fill:none;stroke:var(--faint);stroke-width:1.3}.over{stroke:var(--ink)}
        .whisker{stroke:var(--ink);stroke-width:1.3;fill:none}
        .point{stroke:var(--card);stroke-width:1}
        .area{stroke:none;opacity:var(--on)}.inner{opacity:calc(var(--on)*1.7)}
        .c0{--c:var(--c0)}.c1{--c:var(--c1)}.c2{--c:var(--c2)}.c3{--c:var(--c3)}.c4{--c:var(--c4)}\
        .c5{--c:var(--c5)}
        .line.c0,.line.c1,.line.c2,.line.c3,.line.c4,.line.c5{stroke:var(--c)}
        .line.ink{stroke:var(--ink);stroke-width:1.4}
        .point,.area,.bar{fill:var(--c)}
        .cell{fill:var(--heat)}
        .own{stroke:var(--ink);stroke-width:1.2}
        .h0{fill-opacity:.04}.h1{fill-opacity:.1}.h2{fill-opacity:.19}.h3{fill-opacity:.28}\
        .h4{fill-opacity:.37}.h5{fill-opacity:.46}.h6{fill-opacity:.62}.h7{fill-opacity:.7}\
        .h8{fill-opacity:.79}.h9{fill-opacity:.89}.h10{fill-opacity:1}
        svg text.cellshare{font-size:14px;font-weight:600}
        svg text.cellcount{font-size:12px}
        svg text.t9,svg text.t10{fill:var(--inverse)}
        @media (prefers-color-scheme:dark){svg text.t8{fill:var(--inverse)}}
        .scroll{overflow-x:auto;margin:0 0 28px}
        details .scroll{margin:8px 0 0;max-height:320px;overflow:auto}
        table{width:100%;border-collapse:collapse;font-size:14px;line-height:1.45}
        caption{caption-side:bottom;padding-top:8px;color:var(--soft);font-size:13px;\
        text-align:left}
        th,td{padding:8px 14px 8px 0;text-align:left;vertical-align:top;\
        border-bottom:1px solid var(--rule)}
        thead th{color:var(--soft);font-size:12.5px;font-weight:600;\
        border-bottom:1px solid var(--ink);\
        vertical-align:bottom}
        tbody th{font-weight:550}
        details th,details td{padding:4px 12px 4px 0}
        .number{text-align:right;white-space:nowrap}
        td.code,dd.code{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,\
        "Liberation Mono",\
        monospace;color:var(--soft);overflow-wrap:anywhere}
        td.code{min-width:15em}
        tr.best{background:color-mix(in srgb,var(--accent) 9%,transparent)}
        .star{color:var(--accent)}
        .meter{display:inline-grid;gap:4px;min-width:84px}
        .gauge{width:100%;height:4px;display:block}
        .track{fill:var(--grid)}
        .facts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 44px;\
        margin:0 0 28px}
        .facts div{display:grid;grid-template-columns:11em minmax(0,1fr);gap:12px;padding:8px 0;\
        border-bottom:1px solid var(--rule);font-size:14px}
        .facts dt{color:var(--soft);overflow-wrap:anywhere}
        .facts dd{margin:0;overflow-wrap:anywhere}
        footer{margin-top:64px;padding-top:18px;padding-bottom:48px;color:var(--faint);\
        font-size:13px}
        :focus-visible{outline:2px solid var(--accent);outline-offset:2px}
        @media screen and (max-width:820px){header,main,footer{padding-left:18px;\
        padding-right:18px}\
        header{padding-top:36px}h1{font-size:31px}.figures,.facts{grid-template-columns:minmax(0,\
        1fr)}\
        .tiles{gap:8px 30px}.facts div{grid-template-columns:minmax(0,1fr);gap:0}}
        @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
        @media print{:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#333;--faint:#666;\
        --rule:#ccc;\
        --grid:#ddd;--accent:#6b4b00;--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#cc79a7;\
        --c4:#e69f00;\
        --c5:#56b4e9;--heat:#0072b2;--inverse:#fff}body{font-size:11pt;print-color-adjust:exact;\
        -webkit-print-color-adjust:exact}nav,details{display:none}header{padding-top:0}\
        section{padding-top:24pt}h1{font-size:26pt}h2,h3,.intro{break-after:avoid}.figures{\
        gap:12pt;margin-bottom:12pt}figure{padding:8pt}tr{break-inside:avoid}\
        .scroll{overflow:visible}table{font-size:8.5pt}th,td{padding-right:8pt}td.code{\
        min-width:0}@page{margin:16mm}}
        """
}
