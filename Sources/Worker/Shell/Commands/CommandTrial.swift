import Engine
import Wire

/// What one trial of a command tries.
struct CommandTrial: Equatable, Sendable {
    let id: TrialID
    let seed: UInt64
    let parameters: [(name: String, value: ParameterValue)]

    /// - Throws: what is wrong with a recipe that does not fit its command, as a head never sends.
    init(_ id: TrialID, _ command: Command, _ spec: TrialSpec) throws(CommandFault) {
        guard let recipe = spec.recipe, recipe.family == Command.family,
            recipe.parameters.map(\.name) == command.parameters.map(\.name)
        else { throw CommandFault("the trial's recipe is none of its command") }
        var parameters: [(name: String, value: ParameterValue)] = []
        for (parameter, chosen) in zip(command.parameters, recipe.parameters) {
            guard let value = parameter.value(chosen.value) else {
                throw CommandFault("the trial's recipe has a value that its command does not")
            }
            parameters.append((parameter.name, value))
        }
        self.id = id
        self.seed = recipe.seed
        self.parameters = parameters
    }

    static func == (left: Self, right: Self) -> Bool {
        left.id == right.id && left.seed == right.seed
            && left.parameters.elementsEqual(right.parameters) { $0 == $1 }
    }

    /// The file `parameters.json`: an object of the parameters.
    var json: [UInt8] {
        JSON.object(self.parameters.map { JSON.Member($0.name, $0.value.json) }).encoded()
    }
}

extension ParameterValue {
    /// As a variable says it.
    var text: String {
        switch self {
        case .real(let number): "\(number)"
        case .whole(let number): "\(number)"
        case .choice(.text(let text)): text
        case .choice(.number(let number)): "\(number)"
        case .choice(.boolean(let boolean)): "\(boolean)"
        }
    }

    var json: JSON {
        switch self {
        case .real(let number), .choice(.number(let number)): .number(number)
        case .whole(let number): .integer(Int(number))
        case .choice(.text(let text)): .string(text)
        case .choice(.boolean(let boolean)): .bool(boolean)
        }
    }
}

/// Why a command could not be run, in one sentence.
struct CommandFault: Error, Equatable, Sendable, CustomStringConvertible {
    let description: String

    init(_ sentence: String) { self.description = sentence }
}
