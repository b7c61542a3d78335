import Engine
import Wire

/// What a program says on its socket: one JSON object a line.
///
/// ```
/// {"step":3,"scores":{"accuracy":0.91}}      intermediate; answered by `continue` or `stop`
/// {"scores":{"accuracy":0.93}}               the result; the last one counts
/// ```
///
/// The reader is strict, and bounded in every direction: what it reads was written by a stranger.
struct ScoreLines {
    enum Line: Equatable, Sendable {
        case progress(Progress)
        case result([Score])
    }

    /// A line, in bytes: the most scores with long names.
    static let lineBytesMax = 16 << 10
    /// Results beside the intermediate scores: a program that improves on its own.
    static let resultsMax = 100

    private var bytes: [UInt8] = []
    private var lastStep: UInt32?
    private var progressCount = 0
    private var resultCount = 0
    /// For errors: a line is named by its number, never by what it holds.
    private var number = 0

    /// - Throws: when there is a line, or the beginning of one, that is longer than any may be.
    mutating func append(_ more: UnsafeRawBufferPointer) {
        self.bytes.append(contentsOf: more)
    }

    /// The next line; nil when more must be read first.
    ///
    /// - Throws: `CommandFault` with what is wrong with it.
    mutating func next() throws(CommandFault) -> Line? {
        guard let end = self.bytes.firstIndex(of: UInt8(ascii: "\n")) else {
            guard self.bytes.count <= Self.lineBytesMax else { throw self.fault(Self.tooLong) }
            return nil
        }
        self.number += 1
        guard end <= Self.lineBytesMax else { throw self.fault(Self.tooLong) }
        let line = Array(self.bytes[..<end])
        self.bytes.removeFirst(end + 1)
        let parsed: Line
        do throws(ArtifactError) {
            parsed = try Self.parse(line)
        } catch {
            throw self.fault(error.description)
        }
        try self.count(parsed)
        return parsed
    }

    private static let tooLong = "it is longer than \(lineBytesMax) bytes"

    private mutating func count(_ line: Line) throws(CommandFault) {
        switch line {
        case .progress(let progress):
            self.progressCount += 1
            guard self.progressCount <= Limits.progressPerTrialMax else {
                throw self.fault("more than \(Limits.progressPerTrialMax) steps were reported")
            }
            if let lastStep, progress.step <= lastStep {
                throw self.fault("its step is not greater than the one before")
            }
            self.lastStep = progress.step
        case .result:
            self.resultCount += 1
            guard self.resultCount <= Self.resultsMax else {
                throw self.fault("more than \(Self.resultsMax) results were reported")
            }
        }
    }

    private func fault(_ problem: String) -> CommandFault {
        CommandFault("line \(max(1, self.number)) of its scores: \(problem)")
    }

    private static func parse(_ line: [UInt8]) throws(ArtifactError) -> Line {
        let object = try JSON(decoding: line)
        for member in try object.members("the line") {
            guard member.name == "step" || member.name == "scores" else {
                throw ArtifactError(.badMember, "it has a member beside step and scores")
            }
        }
        let scores = try Self.scores(try object.member("scores"))
        guard let step = try object.optionalMember("step") else { return .result(scores) }
        guard let number = UInt32(exactly: try step.count("step")) else {
            throw ArtifactError(.badMember, "step is larger than \(UInt32.max)")
        }
        return .progress(Progress(step: number, scores: scores))
    }

    private static func scores(_ object: JSON) throws(ArtifactError) -> [Score] {
        let members = try object.members("scores")
        guard (1...Limits.scoresMax).contains(members.count) else {
            throw ArtifactError(
                .badMember, "there are none or more than \(Limits.scoresMax) scores")
        }
        var scores: [Score] = []
        for member in members {
            guard (1...Limits.nameBytesMax).contains(member.name.utf8.count),
                !member.name.unicodeScalars.contains(where: \.misleadsTerminals)
            else { throw ArtifactError(.badMember, "the name of a score is no plain text") }
            // JSON has no word for what is not finite, and its reader takes none.
            scores.append(Score(member.name, try member.value.number("a score")))
        }
        return scores
    }
}
