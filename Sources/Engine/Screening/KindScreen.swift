import Privacy

/// Looks for columns of texts that were meant as numbers or dates: a single `--` makes categories
/// of all numbers of a column, and where nearly each differs nothing is learned from it.
package struct KindScreen: Equatable, Sendable {
    package let findings: [Finding]

    package struct Finding: Equatable, Sendable {
        package let column: String
        package let reason: Reason
        /// Those that keep the column from being one of numbers or dates; ascending, from 0.
        package let rows: [Int]
    }

    package enum Reason: String, Sendable {
        /// Most are numbers, or would be without a currency, a percent sign or marks of thousands.
        case nearlyNumbers
        /// Most are dates that ISO 8601 spells otherwise.
        case nearlyDates
    }

    /// What most of a column's texts are.
    static let share = 0.9

    /// - Parameter target: its classes may be named as they are.
    package init(_ frame: Frame, target: String?) {
        self.findings = frame.columns.compactMap { column in
            guard column.name != target else { return nil }
            switch column.values {
            case .categorical(let texts), .texts(let texts): return Self.finding(column.name, texts)
            case .numeric, .dates: return nil
            }
        }
    }

    private enum Look { case missing, number, nearlyNumber, nearlyDate, other }

    private static func finding(_ name: String, _ texts: Frame.Categories) -> Finding? {
        let looks = texts.levels.map { Self.look(of: $0.revealed) }
        var counts: [Look: Int] = [:]
        var present = 0
        for code in texts.codes where code >= 0 && looks[Int(code)] != .missing {
            counts[looks[Int(code)], default: 0] += 1
            present += 1
        }
        let numbers = counts[.number, default: 0]
        let nearlyNumbers = numbers + counts[.nearlyNumber, default: 0]
        let dates = counts[.nearlyDate, default: 0]
        let least = Self.share * Double(present)
        // What is all numbers is a column of texts by somebody's wish.
        guard present > numbers else { return nil }
        func rows(_ isOdd: (Look) -> Bool) -> [Int] {
            texts.codes.indices.filter {
                texts.codes[$0] >= 0 && isOdd(looks[Int(texts.codes[$0])])
            }
        }
        if Double(nearlyNumbers) >= least {
            return Finding(
                column: name, reason: .nearlyNumbers,
                rows: rows { $0 != .number && $0 != .missing })
        }
        guard Double(dates) >= least else { return nil }
        return Finding(column: name, reason: .nearlyDates, rows: rows { $0 == .nearlyDate })
    }

    private static func look(of text: String) -> Look {
        if DecimalNumber.parse(text) != nil { return .number }
        if MissingValues.wellKnown.contains(text) { return .missing }
        let bytes = text.utf8
        guard bytes.count <= 40, bytes.contains(where: Self.isDigit) else { return .other }
        if Self.isNearlyDate(bytes) { return .nearlyDate }
        let signs = Set("+-., '_eE$%€£¥\u{A0}\u{202F}".unicodeScalars)
        let isNumber = text.unicodeScalars.allSatisfy {
            $0.value < 128 && Self.isDigit(UInt8($0.value)) || signs.contains($0)
        }
        return isNumber ? .nearlyNumber : .other
    }

    /// Three numbers between two like signs, and what follows a space or a `T`.
    private static func isNearlyDate(_ bytes: String.UTF8View) -> Bool {
        let day = bytes.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "T") }
        return "/.-".utf8.contains { sign in
            let parts = day.split(separator: sign, omittingEmptySubsequences: false)
            return parts.count == 3
                && parts.allSatisfy { (1...4).contains($0.count) && $0.allSatisfy(Self.isDigit) }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
