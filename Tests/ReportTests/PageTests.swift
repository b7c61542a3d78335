import Testing

@testable import Report

@Suite struct PageTests {
    @Test func `hostile names stay text wherever they stand`() throws {
        let html = Samples.page(Samples.hostile).html
        let page = try XMLChecker(html)
        let known: Set<String> = [
            "a", "bdi", "body", "caption", "circle", "dd", "desc", "details", "div", "dl", "dt",
            "figcaption", "figure", "footer", "h1", "h2", "h3", "head", "header", "html", "li",
            "main", "meta", "nav", "ol", "p", "path", "polygon", "rect", "section", "span", "style",
            "summary", "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr", "ul",
        ]
        #expect(Set(page.elements).subtracting(known) == [])
        // As text they are there.
        #expect(page.texts.contains("<script>alert(1)</script>"))
        #expect(page.texts.contains("\u{FFFD}gnp.exe"))
    }

    @Test func `no attribute loads, runs, sends or styles anything`() throws {
        let page = try XMLChecker(Samples.page(Samples.hostile).html)
        let known: Set<String> = [
            "aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "content", "cx",
            "cy", "d", "height", "href", "http-equiv", "id", "lang", "name", "points",
            "preserveAspectRatio", "r", "role", "rx", "scope", "stroke-dasharray", "tabindex",
            "transform", "viewBox", "width", "x", "xmlns", "y",
        ]
        #expect(Set(page.attributes.map(\.name)).subtracting(known) == [])
        for (element, name, value) in page.attributes where name == "href" {
            #expect(element == "a" && value.hasPrefix("#s"))
        }
    }

    @Test func `the policy lets nothing but the page's own style through`() throws {
        let page = try XMLChecker(Samples.page(["a"]).html)
        let policy = page.attributes.first { $0.value == "Content-Security-Policy" }
        #expect(policy != nil)
        #expect(
            page.attributes.contains {
                $0.name == "content" && $0.value == Page.contentSecurityPolicy
            })
        #expect(Page.contentSecurityPolicy.hasPrefix("default-src 'none';"))
        #expect(!PageStyle.sheet.description.contains("url("))
        #expect(!PageStyle.sheet.description.contains("@import"))
        #expect(!PageStyle.sheet.description.contains("<"))
    }

    @Test func `every picture has a title and says in words what it shows`() throws {
        let page = try XMLChecker(Samples.page(["name"]).html)
        let pictures = page.attributes.filter { $0.name == "role" && $0.value == "img" }
        #expect(pictures.count == 5)
        let ids = page.attributes.filter { $0.name == "id" }.map(\.value)
        #expect(Set(ids).count == ids.count)
        for (element, name, value) in page.attributes
        where element == "svg" && name == "aria-labelledby" {
            for id in value.split(separator: " ") { #expect(ids.contains(String(id))) }
        }
    }

    @Test func `numbers that are none are never written`() throws {
        let numbers = [
            Double.nan, .infinity, -.infinity, 1e308, -1e308, Double.leastNonzeroMagnitude, 0,
        ]
        for first in numbers {
            let html = Samples.page(["name"], [first] + numbers).html
            _ = try XMLChecker(html)
            let body = html.replacing(PageStyle.sheet.description, with: "").lowercased()
            #expect(!body.contains("nan") && !body.contains("inf"))
        }
    }

    @Test func `equal pages give equal bytes, and empty ones are pages`() throws {
        #expect(Samples.page(Samples.hostile).html == Samples.page(Samples.hostile).html)
        _ = try XMLChecker(Page("", kicker: "").html)
        let empty = Page(
            "", kicker: "",
            sections: [
                .init(
                    "",
                    [
                        .figures([]), .facts([]), .table(Table([], []), title: ""),
                        .figures([
                            Figure("", summary: "", .bars(BarChart("", []))),
                            Figure("", summary: "", .lines(LineChart(x: "", y: "", []))),
                            Figure("", summary: "", .dots(DotChart("", series: [], []))),
                            Figure(
                                "", summary: "",
                                .columns(ColumnChart(x: "", y: "", low: 0, high: 0, []))),
                            Figure(
                                "", summary: "",
                                .heatMap(HeatMap(rows: "", columns: "", names: [], counts: []))),
                        ]),
                    ])
            ])
        _ = try XMLChecker(empty.html)
    }

    @Test func `however much there is, a table and a name stay bounded`() {
        let long = String(repeating: "<", count: 100_000)
        let row = Array(repeating: Table.Cell(long), count: 60)
        let table = Table(
            Array(repeating: .init(long), count: 60), Array(repeating: row, count: 3000))
        let html = Page(long, kicker: long, sections: [.init("s", [.table(table, title: "t")])])
            .html
        // 500 rows of 40 cells of 400 letters, each escaped as four.
        #expect(html.utf8.count < 500 * 40 * 2000)
        #expect(html.contains("2,500 more rows are not shown."))
    }
}
