/// A moment, handed to a core by its shell.
///
/// The shell's clock never goes back while it runs. The head anchors it to the calendar when it
/// starts, so that its instants count from 1970 (UTC) and still mean something after a restart.
package struct Instant: Hashable, Comparable, Sendable {
    package let sinceOrigin: Duration

    package init(sinceOrigin: Duration) { self.sinceOrigin = sinceOrigin }

    package static func < (left: Self, right: Self) -> Bool { left.sinceOrigin < right.sinceOrigin }

    package static func + (instant: Self, duration: Duration) -> Self {
        Self(sinceOrigin: instant.sinceOrigin + duration)
    }

    package static func - (later: Self, earlier: Self) -> Duration {
        later.sinceOrigin - earlier.sinceOrigin
    }
}

extension Duration {
    /// The duration in seconds, rounded to what a double holds.
    package var seconds: Double {
        Double(self.components.seconds) + Double(self.components.attoseconds) * 1e-18
    }
}
