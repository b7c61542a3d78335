import Synchronization
import Wire

/// Keeps one line of progress on the terminal while a job runs, redrawn ten times a second at most.
///
/// Elsewhere than on a terminal it says nothing: what a script wants comes at the end.
final class LiveProgress: Sendable {
    private let terminal: Terminal
    private let state = Mutex(State())

    private struct State {
        var job: JobReport?
        var heardAt = ContinuousClock.now
        /// The best that was announced; a better one gets a line that stays.
        var announced: UInt32?
        var isDrawn = false
    }

    /// A person sees no more, and a slow terminal takes no more.
    static let redrawInterval: Duration = .milliseconds(100)

    init(terminal: Terminal) { self.terminal = terminal }

    /// Takes in how the job stands now.
    func update(_ job: JobReport) {
        guard self.terminal.isLive else { return }
        self.state.withLock { state in
            state.job = job
            state.heardAt = .now
        }
    }

    /// Runs `body`, with the line alive meanwhile and gone afterwards.
    func whileShown<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard self.terminal.isLive else { return try await body() }
        defer { self.erase() }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while !Task.isCancelled {
                    self.draw()
                    try? await Task.sleep(for: Self.redrawInterval)
                }
                return nil
            }
            while let value = try await group.next() {
                guard let value else { continue }
                group.cancelAll()
                return value
            }
            throw CancellationError()
        }
    }

    private func draw() {
        let width = self.terminal.width()
        let text: String? = self.state.withLock { state in
            guard var job = state.job else { return nil }
            // Between two events of the head the clock goes on.
            if job.isRunning { job.seconds += (ContinuousClock.now - state.heardAt).seconds }
            var text = "\r\u{1B}[2K"
            if let best = job.best, state.announced != best.index {
                state.announced = best.index
                text += Self.announcement(best, of: job, style: self.terminal.style) + "\n"
            }
            state.isDrawn = true
            return text + ProgressLine.text(job, style: self.terminal.style, width: width)
        }
        if let text { self.terminal.remark(text) }
    }

    private func erase() {
        let wasDrawn = self.state.withLock { state in
            defer { state.isDrawn = false }
            return state.isDrawn
        }
        if wasDrawn { self.terminal.remark("\r\u{1B}[2K") }
    }

    /// `   4.2 s  rmse 0.5921  gradient_boosting  trial 7`
    private static func announcement(
        _ best: TrialReport, of job: JobReport, style: Style
    ) -> String {
        let time = Figures.seconds(job.seconds)
        let padding = String(repeating: " ", count: max(0, 8 - time.count))
        let score = job.bestScore.map { "\(job.metric ?? "score") \(Figures.score($0))" } ?? ""
        return style.faint(padding + time) + "  " + style.good(score)
            + "  \(best.family ?? "")" + style.faint("  trial \(best.index)")
    }
}
