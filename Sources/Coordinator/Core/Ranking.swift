/// Keys in the order of their ranks, the least first; equal ranks go by key.
///
/// A binary heap that knows the place of each key, so that a rank can change:
///
/// ```
///            1 anna                  heap    anna bela cilia dora
///          /        \                places  anna: 0, bela: 1, cilia: 2, dora: 3
///      2 bela      4 cilia
///      /
///   3 dora
/// ```
///
/// - Complexity: O(log n) to set or remove a key, O(1) to look at the least.
struct Ranking<Key: Hashable & Comparable & Sendable, Rank: Comparable & Sendable>: Sendable {
    private var heap: [Entry] = []
    private var places: [Key: Int] = [:]

    private struct Entry: Comparable {
        let key: Key
        let rank: Rank

        static func < (left: Self, right: Self) -> Bool {
            left.rank == right.rank ? left.key < right.key : left.rank < right.rank
        }
    }

    var isEmpty: Bool { self.heap.isEmpty }
    var count: Int { self.heap.count }

    var least: (key: Key, rank: Rank)? { self.heap.first.map { ($0.key, $0.rank) } }

    func rank(of key: Key) -> Rank? { self.places[key].map { self.heap[$0].rank } }

    /// Gives the key this rank, whether or not it had one.
    mutating func set(_ key: Key, _ rank: Rank) {
        let entry = Entry(key: key, rank: rank)
        guard let place = self.places[key] else {
            self.heap.append(entry)
            self.places[key] = self.heap.count - 1
            self.rise(from: self.heap.count - 1)
            return
        }
        guard self.heap[place].rank != rank else { return }
        self.heap[place] = entry
        self.settle(place)
    }

    mutating func remove(_ key: Key) {
        guard let place = self.places.removeValue(forKey: key) else { return }
        let last = self.heap.removeLast()
        guard place < self.heap.count else { return }
        self.heap[place] = last
        self.places[last.key] = place
        self.settle(place)
    }

    /// Restores the heap around a place whose entry has changed.
    private mutating func settle(_ place: Int) {
        self.rise(from: place)
        self.sink(from: place)
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0, self.heap[place] < self.heap[(place - 1) / 2] {
            self.exchange(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while true {
            let children = (2 * place + 1)..<min(2 * place + 3, max(2 * place + 1, self.heap.count))
            guard let child = children.min(by: { self.heap[$0] < self.heap[$1] }),
                self.heap[child] < self.heap[place]
            else { return }
            self.exchange(place, child)
            place = child
        }
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        self.heap.swapAt(left, right)
        self.places[self.heap[left].key] = left
        self.places[self.heap[right].key] = right
    }
}

extension Ranking: Equatable {
    /// Two rankings are equal when they hold the same keys with the same ranks, however they came
    /// to.
    static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.heap.allSatisfy { right.rank(of: $0.key) == $0.rank }
    }
}
