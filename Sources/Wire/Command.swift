/// A program of a user, and how it is run: what the trials of a command job have in common.
///
/// A worker runs it in a sandbox of its own for each trial, in a directory that holds `files` and
/// nothing else. What one trial tries comes with it as a `Recipe` of the family `command`, whose
/// parameters are those of `parameters`, in the same order; a choice stands there as its index.
package struct Command: Hashable, Sendable {
    /// What the recipes of its trials name as their family.
    package static let family = "command"

    /// The program and what it is called with: no shell reads it. Never empty.
    package let arguments: [String]
    /// Sorted by name, each name once; beside these the sandbox sets its own.
    package let environment: [EnvironmentVariable]
    /// Sorted by name, each name once, none of them a directory of another.
    package let files: [CommandFile]
    /// Plain names of files that a trial leaves and that are kept; sorted, each once.
    package let outputs: [String]
    /// What is searched; sorted by name, each name once. Empty when the seed alone differs.
    package let parameters: [CommandParameter]
    /// The score that is optimised.
    package let metric: String
    package let resources: CommandResources
    package let network: CommandNetwork

    package init(
        arguments: [String], environment: [EnvironmentVariable], files: [CommandFile],
        outputs: [String], parameters: [CommandParameter], metric: String,
        resources: CommandResources, network: CommandNetwork
    ) {
        self.arguments = arguments
        self.environment = environment.sorted { $0.name < $1.name }
        self.files = files.sorted { $0.name < $1.name }
        self.outputs = outputs.sorted()
        self.parameters = parameters.sorted { $0.name < $1.name }
        self.metric = metric
        self.resources = resources
        self.network = network
    }
}

package struct EnvironmentVariable: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A file that a command finds in its working directory.
package struct CommandFile: Hashable, Sendable {
    /// Relative to that directory, with `/` between its parts.
    package let name: String
    package let blob: Blob
    package let isExecutable: Bool

    package init(name: String, blob: Blob, isExecutable: Bool) {
        self.name = name
        self.blob = blob
        self.isExecutable = isExecutable
    }
}

/// One dimension of what a command's trials try.
package struct CommandParameter: Hashable, Sendable {
    /// A letter, then letters, digits and underscores, so that it can be part of a variable's name.
    package let name: String
    package let kind: Kind

    package enum Kind: Hashable, Sendable {
        case real(ClosedRange<Double>, Scale)
        /// Within what a `Double` holds exactly.
        case whole(ClosedRange<Int64>, Scale)
        /// Never empty, each value once.
        case choice([ChoiceValue])
    }

    /// How a range is walked. On a logarithmic scale it is positive.
    package enum Scale: String, CaseIterable, Hashable, Sendable {
        case linear, log
    }

    package init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// What the number of a recipe stands for; nil when it is none that this parameter can have.
    package func value(_ number: Double) -> ParameterValue? {
        switch self.kind {
        case .real(let range, _): range.contains(number) ? .real(number) : nil
        case .whole(let range, _):
            Int64(exactly: number).flatMap { range.contains($0) ? .whole($0) : nil }
        case .choice(let choices):
            Int(exactly: number).flatMap {
                choices.indices.contains($0) ? .choice(choices[$0]) : nil
            }
        }
    }
}

/// One of a parameter's choices.
package enum ChoiceValue: Hashable, Sendable {
    case text(String)
    case number(Double)
    case boolean(Bool)
}

/// What a program is told that a parameter is.
package enum ParameterValue: Hashable, Sendable {
    case real(Double)
    case whole(Int64)
    case choice(ChoiceValue)
}

/// What one trial of a command may use; what exceeds it is ended.
package struct CommandResources: Hashable, Sendable {
    package let memoryBytes: UInt64
    /// Of all its processes together.
    package let cpuTime: Duration
    package let wallTime: Duration
    /// What it may write, outputs included.
    package let scratchBytes: UInt64
    /// Processes and threads at the same time.
    package let processes: UInt32

    package init(
        memoryBytes: UInt64, cpuTime: Duration, wallTime: Duration, scratchBytes: UInt64,
        processes: UInt32
    ) {
        self.memoryBytes = memoryBytes
        self.cpuTime = cpuTime
        self.wallTime = wallTime
        self.scratchBytes = scratchBytes
        self.processes = processes
    }
}

extension CommandResources {
    /// What a worker gives a command at most whose operator says no more: 4 GiB of memory and 2 GiB
    /// of files, a day of time, 256 processes.
    package static let mostStandard = CommandResources(
        memoryBytes: 4 << 30, cpuTime: .seconds(86_400), wallTime: .seconds(86_400),
        scratchBytes: 2 << 30, processes: 256)

    /// As much as a job can ask for at all.
    package static let mostPossible = CommandResources(
        memoryBytes: Limits.commandMemoryBytes.upperBound,
        cpuTime: Limits.commandTime.upperBound, wallTime: Limits.commandTime.upperBound,
        scratchBytes: Limits.commandScratchBytes.upperBound,
        processes: Limits.commandProcesses.upperBound)

    /// What `most` gives of the first thing of which this asks for more; nil when it is within.
    package func excess(over most: Self) -> String? {
        if self.memoryBytes > most.memoryBytes {
            "\(most.memoryBytes) bytes of memory"
        } else if self.cpuTime > most.cpuTime {
            "\(most.cpuTime) of processor time"
        } else if self.wallTime > most.wallTime {
            "\(most.wallTime) of time"
        } else if self.scratchBytes > most.scratchBytes {
            "\(most.scratchBytes) bytes of files"
        } else if self.processes > most.processes {
            "\(most.processes) processes"
        } else {
            nil
        }
    }
}

package enum CommandNetwork: String, Hashable, Sendable {
    case none
    /// The host's own; only workers whose policy allows it take such a trial.
    case host
}

/// Whose commands a worker runs, and what they may have, as its operator decided.
package struct CommandPolicy: Hashable, Sendable {
    package let users: Users
    /// Whether a command may have the host's network.
    package let allowsNetwork: Bool
    /// What a command may ask for at most.
    package let most: CommandResources

    package enum Users: Hashable, Sendable {
        case nobody, everybody
        case some(Set<Holder>)
    }

    package init(
        users: Users, allowsNetwork: Bool, most: CommandResources = .mostStandard
    ) {
        self.users = users
        self.allowsNetwork = allowsNetwork
        self.most = most
    }

    /// No commands at all: what a worker is without a policy.
    package static let none = CommandPolicy(users: .nobody, allowsNetwork: false)

    /// - Parameter owner: `ROLE/NAME` of whose job it is.
    package func admits(_ command: Command, of owner: String) -> Bool {
        self.admits(command.network, of: owner) && command.resources.excess(over: self.most) == nil
    }

    /// Whether it admits the owner's commands at all that want this network.
    package func admits(_ network: CommandNetwork, of owner: String) -> Bool {
        guard network == .none || self.allowsNetwork else { return false }
        return switch self.users {
        case .nobody: false
        case .everybody: true
        case .some(let holders): holders.contains { $0.description == owner }
        }
    }
}
