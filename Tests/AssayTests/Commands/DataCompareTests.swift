import Engine
import Foundation
import Testing

@testable import assay

@Suite struct DataCompareTests {
    private static func screen(_ table: [Double], _ reference: [Double]) -> TableScreen {
        func frame(_ values: [Double]) -> Frame {
            Frame(rows: values.count, columns: [Frame.Column("x", .numeric(values))])
        }
        return TableScreen(of: frame(table), against: frame(reference))
    }

    @Test func `strange rows are told by their places, from 1, and never by what they hold`() throws
    {
        let calm = (0..<200).map(Double.init)
        let report = ScreenReport(Self.screen(calm + [987_654], calm))
        #expect(report.strangeRows == 1)
        #expect(report.strangest == [201])
        #expect(report.drifted == 0)
        let text = report.text(style: Style(colours: false))
        #expect(text.contains("1 strange row") && text.contains("201"))
        let json = try JSONText.line(report)
        #expect(!text.contains("987") && !json.contains("987"))
    }

    @Test func `what has drifted is counted, and only that`() {
        let calm = (0..<200).map(Double.init)
        #expect(ScreenReport(Self.screen(calm, calm)).drifted == 0)
        #expect(ScreenReport(Self.screen(calm.map { $0 + 150 }, calm)).drifted == 1)
    }

    @Test func `of many strange rows the places of the first are told`() {
        let calm = (0..<200).map(Double.init)
        let report = ScreenReport(Self.screen(calm + Array(repeating: 1e9, count: 50), calm))
        #expect(report.strangeRows == 50)
        #expect(report.strangest == Array(201..<221))
        #expect(report.text(style: Style(colours: false)).contains("; …"))
    }
}
