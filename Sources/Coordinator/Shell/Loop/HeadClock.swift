import Glibc
package import Wire

/// The head's clock: anchored to the calendar when it starts, steady from then on.
///
/// A calendar that is set while the head runs moves no deadline.
package struct HeadClock: Sendable {
    private let anchor: Duration
    private let start: ContinuousClock.Instant

    package init() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        self.anchor = .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
        self.start = .now
    }

    package var now: Instant {
        Instant(sinceOrigin: self.anchor + (ContinuousClock.now - self.start))
    }
}
