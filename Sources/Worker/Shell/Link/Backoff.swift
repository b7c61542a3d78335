/// How long to wait before the next attempt to reach the head.
///
/// Doubles from `shortest` to `longest`, and each wait is drawn from its upper half, so that a
/// thousand workers that lost one head do not come back at one moment. With 100 ms and 10 s:
///
/// | attempt | 1 | 2 | 3 | … | 7 | 8 and later |
/// | --- | --- | --- | --- | --- | --- | --- |
/// | wait, ms | 50–100 | 100–200 | 200–400 | | 3,200–6,400 | 5,000–10,000 |
struct Backoff: Sendable {
    private let settings: WorkerSettings.Reconnect
    private var next: Duration

    init(_ settings: WorkerSettings.Reconnect) {
        self.settings = settings
        self.next = settings.shortest
    }

    mutating func wait(using generator: inout some RandomNumberGenerator) -> Duration {
        let most = self.next
        self.next = min(self.next * 2, self.settings.longest)
        return most * Double.random(in: 0.5...1, using: &generator)
    }
}
