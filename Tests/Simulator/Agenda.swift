import Wire

/// What will happen and when; what was planned first happens first among equals.
struct Agenda<Item> {
    private var heap: [Entry] = []
    private var count: UInt64 = 0

    private struct Entry {
        let instant: Instant
        let order: UInt64
        let item: Item

        func precedes(_ other: Self) -> Bool {
            self.instant == other.instant
                ? self.order < other.order : self.instant < other.instant
        }
    }

    mutating func add(_ item: Item, at instant: Instant) {
        self.count += 1
        self.heap.append(Entry(instant: instant, order: self.count, item: item))
        var place = self.heap.count - 1
        while place > 0, self.heap[place].precedes(self.heap[(place - 1) / 2]) {
            self.heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func next() -> (instant: Instant, item: Item)? {
        guard let first = self.heap.first else { return nil }
        self.heap.swapAt(0, self.heap.count - 1)
        self.heap.removeLast()
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < self.heap.count {
                if self.heap[child].precedes(self.heap[least]) { least = child }
            }
            guard least != place else { break }
            self.heap.swapAt(place, least)
            place = least
        }
        return (first.instant, first.item)
    }
}
