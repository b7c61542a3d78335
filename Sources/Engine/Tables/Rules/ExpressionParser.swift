/// Reads an expression and gives every part its type.
///
/// ```
/// truth      = conjunction { "or" conjunction }
/// conjunction = negation { "and" negation }
/// negation   = "not" negation | comparison
/// comparison = sum [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) sum | [ "not" ] "in" list ]
/// list       = "[" literal { "," literal } "]"
/// sum        = product { ( "+" | "-" ) product }
/// product    = signed { ( "*" | "/" ) signed }
/// signed     = "-" signed | NUMBER | TEXT | COLUMN | "missing" "(" COLUMN ")" | "(" truth ")"
/// ```
///
/// Recursive descent; the depth, the number of nodes and the text's length are bounded.
struct ExpressionParser {
    private var scanner: ExpressionScanner
    private var token: ExpressionScanner.Token
    private let columns: [String: Schema.Column]
    private var nodes = 0
    private var depth = 0

    /// A part of the expression with its type, and where it begins.
    private struct Part {
        let value: Value
        let place: Int

        enum Value {
            case truth(Expression.Truth)
            case number(Expression.Number)
            case text(Expression.Text)
            /// A column of dates, in seconds since 1970.
            case date(Expression.Number)

            var word: String {
                switch self {
                case .truth: "true or false"
                case .number: "a number"
                case .text: "a text"
                case .date: "a date"
                }
            }
        }
    }

    /// - Throws: with the place of the first mistake, and what would be right.
    static func truth(
        _ text: String, over columns: [String: Schema.Column]
    ) throws(ExpressionError) -> Expression.Truth {
        var scanner = try ExpressionScanner(text)
        let first = try scanner.next()
        var parser = ExpressionParser(scanner: scanner, token: first, columns: columns)
        let part = try parser.disjunction()
        guard parser.token.kind == .end else {
            throw ExpressionError(
                parser.token.place, "the expression should have ended before this")
        }
        return try Self.truth(part)
    }

    private init(
        scanner: ExpressionScanner, token: ExpressionScanner.Token,
        columns: [String: Schema.Column]
    ) {
        self.scanner = scanner
        self.token = token
        self.columns = columns
    }

    // MARK: Truths

    private mutating func disjunction() throws(ExpressionError) -> Part {
        var part = try self.conjunction()
        while self.token.kind == .name("or") {
            let left = try Self.truth(part)
            try self.advance()
            let right = try Self.truth(try self.conjunction())
            part = try self.node(.truth(.or(left, right)), at: part.place)
        }
        return part
    }

    private mutating func conjunction() throws(ExpressionError) -> Part {
        var part = try self.negation()
        while self.token.kind == .name("and") {
            let left = try Self.truth(part)
            try self.advance()
            let right = try Self.truth(try self.negation())
            part = try self.node(.truth(.and(left, right)), at: part.place)
        }
        return part
    }

    private mutating func negation() throws(ExpressionError) -> Part {
        guard self.token.kind == .name("not") else { return try self.comparison() }
        let place = self.token.place
        try self.advance()
        try self.descend()
        let part = try self.negation()
        self.depth -= 1
        return try self.node(.truth(.not(try Self.truth(part))), at: place)
    }

    private mutating func comparison() throws(ExpressionError) -> Part {
        let left = try self.sum()
        switch self.token.kind {
        case .name("in"):
            try self.advance()
            return try self.membership(of: left)
        case .name("not"):
            try self.advance()
            guard self.token.kind == .name("in") else {
                throw ExpressionError(self.token.place, "'in' should follow 'not' here")
            }
            try self.advance()
            let part = try self.membership(of: left)
            return try self.node(.truth(.not(try Self.truth(part))), at: left.place)
        case .symbol(let symbol):
            guard let order = Expression.Order(rawValue: symbol) else { return left }
            let place = self.token.place
            try self.advance()
            return try self.compare(left, order, try self.sum(), at: place)
        default: return left
        }
    }

    private mutating func compare(
        _ left: Part, _ order: Expression.Order, _ right: Part, at place: Int
    ) throws(ExpressionError) -> Part {
        switch (left.value, right.value) {
        case (.number(let one), .number(let other)), (.date(let one), .date(let other)):
            return try self.node(.truth(.numbers(one, order, other)), at: left.place)
        case (.text(let one), .text(let other)):
            return try self.node(.truth(.texts(one, order, other)), at: left.place)
        case (.date(let one), .text(.literal(let text))):
            let other = try Self.date(text, at: right.place)
            return try self.node(.truth(.numbers(one, order, other)), at: left.place)
        case (.text(.literal(let text)), .date(let other)):
            let one = try Self.date(text, at: left.place)
            return try self.node(.truth(.numbers(one, order, other)), at: left.place)
        case (.truth, _), (_, .truth):
            throw ExpressionError(
                place, "'\(order.rawValue)' compares numbers or texts, and this is true or false")
        case (let one, let other):
            throw ExpressionError(
                place, "'\(order.rawValue)' compares \(one.word) with \(other.word)")
        }
    }

    /// A date that stands in an expression as a text.
    private static func date(
        _ text: String, at place: Int
    ) throws(ExpressionError) -> Expression.Number {
        guard let moment = CivilTime.moment(text.utf8) else {
            throw ExpressionError(
                place, "a date is compared with a date such as '2026-01-31', and this is none")
        }
        return .literal(Double(moment.seconds) + moment.fraction)
    }

    /// The list after `in`: literals of the type of what is looked for.
    private mutating func membership(of left: Part) throws(ExpressionError) -> Part {
        guard self.token.kind == .symbol("[") else {
            throw ExpressionError(self.token.place, "a list such as [1, 2] should follow 'in'")
        }
        switch left.value {
        case .number, .text: break
        case .truth, .date:
            throw ExpressionError(left.place, "'in' looks for a number or a text")
        }
        let start = self.token.place
        var numbers: [Double] = []
        var texts: [String] = []
        repeat {
            try self.advance()
            let sign = self.token.kind == .symbol("-") ? -1.0 : 1
            if sign < 0 { try self.advance() }
            switch (self.token.kind, left.value) {
            case (.number(let number), .number): numbers.append(sign * number)
            case (.text(let text), .text) where sign > 0: texts.append(text)
            default:
                throw ExpressionError(
                    self.token.place,
                    "the list after 'in' holds literals, each \(left.value.word) as on its left")
            }
            guard numbers.count + texts.count <= RuleLimits.listMax else {
                throw ExpressionError(start, "the list has more than \(RuleLimits.listMax) values")
            }
            try self.advance()
        } while self.token.kind == .symbol(",")
        try self.expect("]", "the list does not end")
        switch left.value {
        case .number(let number):
            return try self.node(.truth(.numberAmong(number, numbers)), at: left.place)
        case .text(let text):
            return try self.node(.truth(.textAmong(text, texts)), at: left.place)
        case .truth, .date: preconditionFailure("looked for a truth or a date in a list")
        }
    }

    // MARK: Numbers

    private mutating func sum() throws(ExpressionError) -> Part {
        var part = try self.product()
        while case .symbol(let symbol) = self.token.kind, symbol == "+" || symbol == "-" {
            if symbol == "-", case .date(let later) = part.value {
                part = try self.days(from: later, at: part.place)
                continue
            }
            let left = try Self.number(part)
            try self.advance()
            let right = try Self.number(try self.product())
            let operation: Expression.Operation = symbol == "+" ? .add : .subtract
            part = try self.node(.number(.arithmetic(left, operation, right)), at: part.place)
        }
        return part
    }

    /// The days between two dates, of which the parser stands before the second.
    private mutating func days(
        from later: Expression.Number, at place: Int
    ) throws(ExpressionError) -> Part {
        try self.advance()
        let part = try self.product()
        guard case .date(let earlier) = part.value else {
            throw ExpressionError(
                part.place, "this is \(part.value.word), and only a date can be taken from a date")
        }
        let seconds = Expression.Number.arithmetic(later, .subtract, earlier)
        let day = Expression.Number.literal(Double(CivilTime.secondsPerDay))
        return try self.node(.number(.arithmetic(seconds, .divide, day)), at: place)
    }

    private mutating func product() throws(ExpressionError) -> Part {
        var part = try self.signed()
        while case .symbol(let symbol) = self.token.kind, symbol == "*" || symbol == "/" {
            let left = try Self.number(part)
            try self.advance()
            let right = try Self.number(try self.signed())
            let operation: Expression.Operation = symbol == "*" ? .multiply : .divide
            part = try self.node(.number(.arithmetic(left, operation, right)), at: part.place)
        }
        return part
    }

    private mutating func signed() throws(ExpressionError) -> Part {
        let place = self.token.place
        switch self.token.kind {
        case .number(let number):
            try self.advance()
            return try self.node(.number(.literal(number)), at: place)
        case .text(let text):
            try self.advance()
            return try self.node(.text(.literal(text)), at: place)
        case .name("missing"): return try self.missing()
        case .name, .quotedName:
            let column = try self.column()
            return try self.node(Self.value(of: column), at: place)
        case .symbol("-"):
            try self.advance()
            try self.descend()
            let number = try Self.number(try self.signed())
            self.depth -= 1
            return try self.node(.number(.negative(number)), at: place)
        case .symbol("("):
            try self.advance()
            try self.descend()
            let part = try self.disjunction()
            self.depth -= 1
            try self.expect(")", "the bracket at character \(place) does not close")
            return part
        case .symbol, .end:
            throw ExpressionError(place, "a column, a number, a text or a bracket is expected here")
        }
    }

    /// `missing(column)`; a column that is called so itself stands in backquotes.
    private mutating func missing() throws(ExpressionError) -> Part {
        let place = self.token.place
        try self.advance()
        try self.expect("(", "'missing' takes a column in brackets")
        let column = try self.column()
        try self.expect(")", "'missing' takes one column")
        return try self.node(.truth(.missing(column: column.name)), at: place)
    }

    // MARK: Words

    private mutating func column() throws(ExpressionError) -> Schema.Column {
        let name: String
        switch self.token.kind {
        case .name(let word) where Self.words.contains(word):
            throw ExpressionError(
                self.token.place, "'\(word)' is a word of the language, and a column is expected")
        case .name(let word), .quotedName(let word): name = word
        default: throw ExpressionError(self.token.place, "a column's name is expected here")
        }
        guard let column = self.columns[name] else {
            // A name that no column may have is not repeated.
            let called = Schema.problem(withName: name) == nil ? " '\(name)'" : " of this name"
            throw ExpressionError(self.token.place, "the schema names no column\(called)")
        }
        guard column.kind != .ignored else {
            throw ExpressionError(
                self.token.place,
                "the schema ignores column '\(name)'; name its kind, and use: checks if nothing "
                    + "shall be learned from it")
        }
        try self.advance()
        return column
    }

    static let words: Set<String> = ["and", "or", "not", "in", "missing"]

    private static func value(of column: Schema.Column) -> Part.Value {
        switch column.kind {
        case .numeric: .number(.column(column.name))
        case .date: .date(.column(column.name))
        case .categorical, .text, .ignored: .text(.column(column.name))
        }
    }

    private mutating func advance() throws(ExpressionError) {
        self.token = try self.scanner.next()
    }

    private mutating func expect(
        _ symbol: String, _ sentence: String
    ) throws(ExpressionError) {
        guard self.token.kind == .symbol(symbol) else {
            throw ExpressionError(self.token.place, sentence)
        }
        try self.advance()
    }

    private mutating func descend() throws(ExpressionError) {
        self.depth += 1
        guard self.depth <= RuleLimits.depthMax else {
            throw ExpressionError(
                self.token.place, "nested more than \(RuleLimits.depthMax) levels deep")
        }
    }

    private mutating func node(_ value: Part.Value, at place: Int) throws(ExpressionError) -> Part {
        self.nodes += 1
        guard self.nodes <= RuleLimits.nodesMax else {
            throw ExpressionError(
                place, "the expression has more than \(RuleLimits.nodesMax) parts")
        }
        return Part(value: value, place: place)
    }

    private static func truth(_ part: Part) throws(ExpressionError) -> Expression.Truth {
        guard case .truth(let truth) = part.value else {
            throw ExpressionError(
                part.place, "this is \(part.value.word), and something true or false is expected")
        }
        return truth
    }

    private static func number(_ part: Part) throws(ExpressionError) -> Expression.Number {
        guard case .number(let number) = part.value else {
            throw ExpressionError(
                part.place, "this is \(part.value.word), and a number is expected")
        }
        return number
    }
}
