/// Cuts an expression's text into words.
struct ExpressionScanner {
    private let characters: [Unicode.Scalar]
    private var at = 0

    struct Token: Equatable {
        let kind: Kind
        /// Counted from 1, in Unicode scalars.
        let place: Int
    }

    enum Kind: Equatable {
        case number(Double)
        case text(String)
        /// A column, or a word of the language.
        case name(String)
        /// A column in backquotes, whatever it is called.
        case quotedName(String)
        /// Any of `( ) [ ] , + - * / == != < <= > >=`.
        case symbol(String)
        case end
    }

    init(_ text: String) throws(ExpressionError) {
        guard text.utf8.count <= RuleLimits.expressionBytesMax else {
            throw ExpressionError(
                1, "the expression is longer than \(RuleLimits.expressionBytesMax) bytes")
        }
        self.characters = Array(text.unicodeScalars)
    }

    mutating func next() throws(ExpressionError) -> Token {
        while let scalar = self.scalar, scalar == " " || scalar == "\t" || scalar == "\n" {
            self.at += 1
        }
        let place = self.at + 1
        guard let first = self.scalar else { return Token(kind: .end, place: place) }
        switch first {
        case "'", "\"": return Token(kind: .text(try self.quoted(first, "text")), place: place)
        case "`": return Token(kind: .quotedName(try self.quoted(first, "name")), place: place)
        case "0"..."9", ".": return Token(kind: .number(try self.number()), place: place)
        case "a"..."z", "A"..."Z", "_": return Token(kind: .name(self.word()), place: place)
        default: return Token(kind: .symbol(try self.symbol(first)), place: place)
        }
    }

    /// An expression over columns that are called otherwise, in backquotes where they have to be.
    static func renamed(
        _ text: String, _ rename: (String) -> String
    ) throws(ExpressionError) -> String {
        var scanner = try Self(text)
        var renamed = String.UnicodeScalarView()
        var end = 0
        while true {
            let token = try scanner.next()
            renamed.append(contentsOf: scanner.characters[end..<token.place - 1])
            end = scanner.at
            switch token.kind {
            case .end: return String(renamed)
            case .name(let word) where ExpressionParser.words.contains(word):
                renamed.append(contentsOf: word.unicodeScalars)
            case .name(let column), .quotedName(let column):
                renamed.append(contentsOf: Self.spelt(rename(column)).unicodeScalars)
            case .number, .text, .symbol:
                renamed.append(contentsOf: scanner.characters[token.place - 1..<end])
            }
        }
    }

    private static func spelt(_ column: String) -> String {
        let isWord =
            column.unicodeScalars.allSatisfy(Self.isWordScalar)
            && !("0"..."9").contains(column.unicodeScalars.first ?? "0")
            && !ExpressionParser.words.contains(column)
        return isWord ? column : "`\(column.replacing("`", with: "``"))`"
    }

    private var scalar: Unicode.Scalar? {
        self.at < self.characters.count ? self.characters[self.at] : nil
    }

    /// What stands between two of the same quotes; a doubled one stands for one.
    private mutating func quoted(
        _ quote: Unicode.Scalar, _ what: String
    ) throws(ExpressionError) -> String {
        let start = self.at + 1
        self.at += 1
        var text = String.UnicodeScalarView()
        while let scalar = self.scalar {
            self.at += 1
            if scalar == quote {
                guard self.scalar == quote else { return String(text) }
                self.at += 1
            }
            text.append(scalar)
        }
        throw ExpressionError(start, "the quoted \(what) does not end")
    }

    private mutating func number() throws(ExpressionError) -> Double {
        let start = self.at
        while let scalar = self.scalar {
            let follows = self.at > start ? self.characters[self.at - 1] : " "
            let isSign = (scalar == "+" || scalar == "-") && (follows == "e" || follows == "E")
            guard Self.isWordScalar(scalar) || scalar == "." || isSign else { break }
            self.at += 1
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: self.characters[start..<self.at])
        let number = Array(String(text).utf8).withUnsafeBufferPointer { DecimalNumber.parse($0) }
        guard let number else {
            throw ExpressionError(start + 1, "no decimal number such as 12, 0.5 or 1e-3")
        }
        return number
    }

    private mutating func word() -> String {
        var word = String.UnicodeScalarView()
        while let scalar = self.scalar, Self.isWordScalar(scalar) {
            word.append(scalar)
            self.at += 1
        }
        return String(word)
    }

    private mutating func symbol(_ first: Unicode.Scalar) throws(ExpressionError) -> String {
        let start = self.at + 1
        self.at += 1
        if "<>=!".unicodeScalars.contains(first), self.scalar == "=" {
            self.at += 1
            return String(first) + "="
        }
        switch first {
        case "(", ")", "[", "]", ",", "+", "-", "*", "/", "<", ">": return String(first)
        case "=": throw ExpressionError(start, "'=' compares nothing; write ==")
        default:
            throw ExpressionError(
                start, "no word of the language; a column with such a name stands in `backquotes`")
        }
    }

    private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }
}
