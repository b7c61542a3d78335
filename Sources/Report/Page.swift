/// A report as one HTML page that needs nothing else: no script, no request, no file beside it.
///
/// A plain value: whoever has something to report puts sections together, and `html` writes them.
/// All texts may come from anywhere. Equal pages give equal bytes.
///
/// ```swift
/// var page = Page("wine quality", kicker: "Assay report", lede: "3,673 rows, 11 features")
/// page.tiles = [Tile("RMSE", "0.613", note: "5 folds")]
/// page.sections.append(Section("What it goes by", [.figures([importance])]))
/// try AtomicFile.write(Array(page.html.utf8), to: "report.html", readers: .owner)
/// ```
package struct Page: Equatable, Sendable {
    package var title: String
    /// A word above the title: what kind of page this is.
    package var kicker: String
    /// One sentence below the title.
    package var lede: String
    package var tiles: [Tile]
    package var sections: [Section]
    /// At the end: what wrote the page.
    package var footer: String

    package init(
        _ title: String, kicker: String, lede: String = "", tiles: [Tile] = [],
        sections: [Section] = [], footer: String = ""
    ) {
        self.title = title
        self.kicker = kicker
        self.lede = lede
        self.tiles = tiles
        self.sections = sections
        self.footer = footer
    }

    /// A number that matters, in large type.
    package struct Tile: Equatable, Sendable {
        package var name: String
        package var value: String
        package var note: String

        package init(_ name: String, _ value: String, note: String = "") {
            self.name = name
            self.value = value
            self.note = note
        }
    }

    package struct Section: Equatable, Sendable {
        package var title: String
        /// What the section answers, in a sentence or two.
        package var intro: String
        package var blocks: [Block]

        package init(_ title: String, intro: String = "", _ blocks: [Block]) {
            self.title = title
            self.intro = intro
            self.blocks = blocks
        }
    }

    package enum Block: Equatable, Sendable {
        case text(String)
        case figures([Figure])
        /// With a heading of its own, where that is not empty.
        case table(Table, title: String)
        case facts([Fact])
    }

    /// Something that is known, and its name.
    package struct Fact: Equatable, Sendable {
        package var name: String
        package var value: String
        package var kind: Table.Kind

        package init(_ name: String, _ value: String, _ kind: Table.Kind = .text) {
            self.name = name
            self.value = value
            self.kind = kind
        }
    }

    /// Nothing is fetched, nothing runs, nothing is sent; only the page's own style sheet applies.
    package static let contentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

    package var html: String {
        var markup = Markup()
        markup.raw("<!DOCTYPE html>\n")
        markup.element("html", ["lang": "en", "xmlns": "http://www.w3.org/1999/xhtml"]) { markup in
            self.writeHead(to: &markup)
            markup.element("body") { markup in
                markup.element("header") { self.writeHeader(to: &$0) }
                markup.newLine()
                markup.element("main") { markup in
                    for (index, section) in self.sections.enumerated() {
                        section.write(to: &markup, number: index + 1)
                    }
                }
                if !self.footer.isEmpty { markup.element("footer", text: self.footer) }
            }
        }
        markup.newLine()
        return markup.text
    }

    private func writeHead(to markup: inout Markup) {
        markup.element("head") { markup in
            markup.empty("meta", ["charset": "utf-8"])
            markup.empty(
                "meta",
                [
                    "http-equiv": "Content-Security-Policy",
                    "content": Self.contentSecurityPolicy,
                ])
            markup.empty("meta", ["name": "referrer", "content": "no-referrer"])
            markup.empty(
                "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            markup.empty("meta", ["name": "color-scheme", "content": "light dark"])
            markup.element("title", text: Escaping.tamed(self.title, most: 120))
            markup.element("style") { $0.raw(PageStyle.sheet) }
        }
        markup.newLine()
    }

    private func writeHeader(to markup: inout Markup) {
        markup.element("p", ["class": "kicker"], text: self.kicker)
        markup.element("h1") { $0.isolated(Escaping.tamed(self.title, most: 120)) }
        if !self.lede.isEmpty { markup.element("p", ["class": "lede"], text: self.lede) }
        if !self.tiles.isEmpty {
            markup.element("dl", ["class": "tiles"]) { markup in
                for tile in self.tiles { tile.write(to: &markup) }
            }
        }
        guard self.sections.count > 1 else { return }
        markup.element("nav", ["aria-label": "Sections"]) { markup in
            markup.element("ol") { markup in
                for (index, section) in self.sections.enumerated() {
                    markup.element("li") { markup in
                        markup.element("a", ["href": "#s\(index + 1)"], text: section.title)
                    }
                }
            }
        }
    }
}

extension Page.Tile {
    fileprivate func write(to markup: inout Markup) {
        markup.element("div", ["class": "tile"]) { markup in
            markup.element("dt") { $0.isolated(Escaping.tamed(self.name, most: 60)) }
            markup.element("dd", ["class": "figure"], text: Escaping.tamed(self.value, most: 24))
            if !self.note.isEmpty {
                markup.element("dd", ["class": "note"], text: Escaping.tamed(self.note, most: 120))
            }
        }
    }
}

extension Page.Section {
    fileprivate func write(to markup: inout Markup, number: Int) {
        markup.element("section", ["id": "s\(number)", "aria-labelledby": "s\(number)-h"]) {
            markup in
            markup.element("h2", ["id": "s\(number)-h"], text: self.title)
            if !self.intro.isEmpty { markup.element("p", ["class": "intro"], text: self.intro) }
            for (index, block) in self.blocks.enumerated() {
                block.write(to: &markup, id: "s\(number)-\(index + 1)", section: self.title)
            }
        }
        markup.newLine()
    }
}

extension Page.Block {
    fileprivate func write(to markup: inout Markup, id: String, section: String) {
        switch self {
        case .text(let text): markup.element("p", text: text)
        case .figures(let figures):
            markup.element("div", ["class": "figures"]) { markup in
                for (index, figure) in figures.enumerated() {
                    figure.write(to: &markup, id: "\(id)-\(index + 1)")
                }
            }
        case .table(let table, let title):
            if !title.isEmpty { markup.element("h3") { $0.isolated(title) } }
            table.write(to: &markup, label: title.isEmpty ? section : title)
        case .facts(let facts):
            markup.element("dl", ["class": "facts"]) { markup in
                for fact in facts {
                    markup.element("div") { markup in
                        markup.element("dt") { $0.isolated(fact.name) }
                        markup.element("dd", ["class": fact.kind == .code ? "code" : "text"]) {
                            $0.isolated(fact.value)
                        }
                    }
                }
            }
        }
    }
}
