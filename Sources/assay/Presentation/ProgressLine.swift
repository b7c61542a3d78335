/// The one line that lives on the terminal while a job runs.
///
/// ```
/// tuning  ━━━━━━━━━━━━──────  34/60  rmse 0.5921 gradient_boosting  2 running  3.2/s  1m 12s left
/// ```
///
/// It is one line on purpose: a terminal that is resized wraps several lines in ways that nobody
/// can erase.
enum ProgressLine {
    /// The line, cut to `width` columns.
    static func text(_ job: JobReport, style: Style, width: Int) -> String {
        var parts: [(text: String, styled: String)] = []
        func add(_ text: String, _ styled: ((String) -> String)? = nil) {
            parts.append((text, styled?(text) ?? text))
        }
        add(job.stage ?? job.state, style.strong)
        if let waiting = job.waiting { add(waiting, style.bad) }
        if let share = Self.share(job) { add(Self.bar(share, cells: 18)) }
        let ended = Figures.count(job.trials.ended)
        add(job.budget.trials.map { "\(ended)/\(Figures.count($0))" } ?? "\(ended) trials")
        if let metric = job.metric, let score = job.bestScore {
            add("\(metric) \(Figures.score(score)) \(job.best?.family ?? "")", style.good)
        }
        if job.trials.running > 0 { add("\(Figures.count(job.trials.running)) running") }
        if job.trials.failed > 0 {
            add("\(Figures.count(job.trials.failed)) failed", style.bad)
        }
        if job.seconds > 0.5 { add(Figures.rate(Double(job.trials.ended) / job.seconds)) }
        add(Self.remaining(job))

        // What does not fit is left out whole, from the right: half a number misleads.
        var line = ""
        var columns = 0
        for part in parts where !part.text.isEmpty {
            let needed = part.text.count + (columns == 0 ? 0 : 2)
            guard columns + needed < width else { break }
            line += (columns == 0 ? "" : "  ") + part.styled
            columns += needed
        }
        return line
    }

    /// How much of the budget is used: of that part which will be used up first.
    static func share(_ job: JobReport) -> Double? {
        let trials = job.budget.trials.map { Double(job.trials.ended) / Double(max($0, 1)) }
        let time = job.budget.seconds.map { job.seconds / max($0, 1e-9) }
        return [trials, time].compactMap { $0 }.max().map { min(max($0, 0), 1) }
    }

    /// Time left by the budget, or by the rate so far where that ends sooner.
    private static func remaining(_ job: JobReport) -> String {
        var seconds = job.budget.seconds.map { $0 - job.seconds }
        if let trials = job.budget.trials, job.trials.ended > 0, job.seconds > 1 {
            let rest = Double(trials) - Double(job.trials.ended)
            let byRate = rest * job.seconds / Double(job.trials.ended)
            seconds = min(seconds ?? .infinity, byRate)
        }
        guard let seconds, seconds.isFinite else { return "\(Figures.seconds(job.seconds)) so far" }
        if seconds < 0.95 { return "ending" }
        return seconds < 59.5
            ? "\(Int(seconds.rounded())) s left" : "\(Figures.seconds(seconds)) left"
    }

    private static func bar(_ share: Double, cells: Int) -> String {
        let full = Int((share * Double(cells)).rounded(.down))
        return String(repeating: "━", count: full) + String(repeating: "─", count: cells - full)
    }
}
