type Waiting<Item, Result> = {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

type Options<Item> = {
  /** Of two items with the same key one goes after the other. */
  keyOf: (item: Item) => string;
  /** Items of one go at most. */
  most: number;
  /** Goes under way at the same time at most. */
  lanes: number;
};

/**
 * Lets callers share work: while some of it goes on, those who come gather for the next go. Alone nobody waits; under
 * load one statement does what a hundred did.
 * @param work gives back one result for each item, in order; what it throws, all of them are told
 */
export function shared<Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
  { keyOf, most, lanes }: Options<Item>,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let begun = false;
  let underWay = 0;

  const nextGo = () => {
    const keys = new Set<string>();
    const left: typeof waiting = [];
    const go = waiting.filter((one) => {
      const key = keyOf(one.item);
      const fits = keys.size < most && !keys.has(key);
      if (fits) keys.add(key);
      else left.push(one);
      return fits;
    });
    waiting = left;
    return go;
  };
  const carryOut = async (go: typeof waiting) => {
    try {
      const results = await work(go.map(({ item }) => item));
      go.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (error) {
      go.forEach(({ reject }) => reject(error));
    } finally {
      underWay -= 1;
      begin();
    }
  };
  const begin = () => {
    begun = false;
    while (underWay < lanes && waiting.length > 0) {
      underWay += 1;
      void carryOut(nextGo());
    }
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (begun || underWay >= lanes) return;
      begun = true;
      // Whatever else has come in with this turn of the loop goes along.
      setImmediate(begin);
    });
}
