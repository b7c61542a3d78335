import Host
import Wire

/// What a command's job searches, by name; empty for other jobs.
///
/// `--json` prints it as the job file has it: `{ "low": …, "high": …, "scale": …, "integer": … }`
/// or `{ "choices": [ … ] }`.
struct ParameterSpace: Encodable, Equatable, Sendable {
    private let dimensions: [String: CommandParameter]

    init(_ spec: Assay_V1_JobSpec) {
        guard case .command(let job)? = try? JobSpec(spec).kind else {
            self.dimensions = [:]
            return
        }
        self.dimensions = Dictionary(
            job.command.parameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    static let none = ParameterSpace(.init())

    /// What a trial's number stands for.
    func value(of name: String, _ number: Double) -> ParameterReport {
        switch self.dimensions[name]?.value(number) {
        case .choice(let choice): ParameterReport(choice)
        case .real, .whole, nil: .number(number)
        }
    }

    private struct Dimension: Encodable {
        let low: Double?
        let high: Double?
        let scale: String?
        let integer: Bool?
        let choices: [ParameterReport]?

        init(_ parameter: CommandParameter) {
            switch parameter.kind {
            case .real(let range, let scale):
                self.low = range.lowerBound
                self.high = range.upperBound
                self.scale = scale.rawValue
                self.integer = false
                self.choices = nil
            case .whole(let range, let scale):
                self.low = Double(range.lowerBound)
                self.high = Double(range.upperBound)
                self.scale = scale.rawValue
                self.integer = true
                self.choices = nil
            case .choice(let values):
                self.low = nil
                self.high = nil
                self.scale = nil
                self.integer = nil
                self.choices = values.map(ParameterReport.init)
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        // Names are the user's: as values of one container they keep their spelling.
        var container = encoder.singleValueContainer()
        try container.encode(self.dimensions.mapValues(Dimension.init))
    }
}

/// What a parameter is: a number, or a choice by its own name.
enum ParameterReport: Encodable, Equatable, Sendable {
    case number(Double)
    case text(String)
    case boolean(Bool)

    init(_ choice: ChoiceValue) {
        switch choice {
        case .text(let text): self = .text(LogText.escaped(text))
        case .number(let number): self = .number(number)
        case .boolean(let boolean): self = .boolean(boolean)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .boolean(let boolean): try container.encode(boolean)
        }
    }

    /// As people read it.
    var words: String {
        switch self {
        case .number(let number): Figures.number(number)
        case .text(let text): text
        case .boolean(let boolean): "\(boolean)"
        }
    }
}
