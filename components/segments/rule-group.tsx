"use client";
import { FolderPlus, Plus, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/cn";
import { Select } from "#components/ui/select";
import { matches, ruleDepthMax } from "#server/segments/schema";
import { type DraftGroup, type DraftRule, isDraftGroup, newCondition, newGroup } from "./rule-draft.tsx";
import type { Vocabulary } from "./rule-fields.tsx";
import { RuleRow } from "./rule-row.tsx";

type Props = {
  group: DraftGroup;
  /** 1 for the whole tree. */
  depth: number;
  vocabulary: Vocabulary;
  problems: ReadonlyMap<string, string>;
  onChange: (group: DraftGroup) => void;
  /** None for the whole tree, which cannot go. */
  onRemove?: () => void;
  /** The key of a rule that takes the focus when it appears. */
  focused?: string | null;
};

const matchLabels = { all: "all of these", any: "any of these", none: "none of these" };
const joints = { all: "and", any: "or", none: "nor" };

/** Rules and groups of rules, joined by all, any or none. */
export function RuleGroup({ group, depth, vocabulary, problems, onChange, onRemove, focused = null }: Props) {
  const [added, setAdded] = useState(focused);
  const addButton = useRef<HTMLButtonElement>(null);
  const offered = depth === 1 ? matches.filter((match) => match !== "none") : matches;
  const set = (rules: DraftRule[]) => onChange({ ...group, rules });
  const replace = (key: string, next: DraftRule) =>
    set(group.rules.map((rule) => (rule.key === key ? next : rule)));

  function add(rule: DraftRule) {
    setAdded(isDraftGroup(rule) ? (rule.rules[0]?.key ?? null) : rule.key);
    set([...group.rules, rule]);
  }
  function remove(key: string) {
    set(group.rules.filter((rule) => rule.key !== key));
    addButton.current?.focus();
  }

  return (
    <div
      role="group"
      aria-label={depth === 1 ? "All rules" : "Group of rules"}
      className={cn(
        depth > 1 && "rounded-lg border bg-sunken p-3 max-sm:p-2.5",
        depth % 2 === 1 && depth > 1 && "bg-surface",
      )}
    >
      <div className="mb-3 flex items-center gap-2">
        <span className="text-muted">{depth === 1 ? "Contacts match" : "Match"}</span>
        <Select
          aria-label="How many of these rules must hold"
          className="w-36"
          value={group.match}
          onChange={({ target }) =>
            onChange({ ...group, match: matches.find((match) => match === target.value) ?? group.match })
          }
        >
          {offered.map((match) => (
            <option key={match} value={match}>
              {matchLabels[match]}
            </option>
          ))}
        </Select>
        {onRemove && (
          <Button
            variant="ghost"
            size="icon"
            aria-label="Remove this group"
            onClick={onRemove}
            className="ml-auto"
          >
            <Trash2 />
          </Button>
        )}
      </div>
      <ol className="space-y-2">
        {group.rules.map((rule, index) => (
          <li key={rule.key} className="flex items-start gap-2">
            <span aria-hidden className="w-8 shrink-0 pt-1.5 text-right text-xs text-muted max-sm:hidden">
              {index > 0 ? joints[group.match] : group.match === "none" ? "not" : ""}
            </span>
            <div className="min-w-0 flex-1">
              {isDraftGroup(rule) ? (
                <RuleGroup
                  group={rule}
                  depth={depth + 1}
                  vocabulary={vocabulary}
                  problems={problems}
                  onChange={(next) => replace(rule.key, next)}
                  onRemove={() => remove(rule.key)}
                  focused={added}
                />
              ) : (
                <RuleRow
                  rule={rule}
                  vocabulary={vocabulary}
                  problem={problems.get(rule.key)}
                  autoFocus={rule.key === added}
                  onChange={(next) => replace(rule.key, next)}
                  onRemove={() => remove(rule.key)}
                />
              )}
            </div>
          </li>
        ))}
      </ol>
      {problems.has(group.key) && <p className="mt-2 text-xs text-danger">{problems.get(group.key)}</p>}
      <div className="mt-3 flex flex-wrap gap-2 sm:pl-10">
        <Button ref={addButton} size="sm" onClick={() => add(newCondition())}>
          <Plus /> Add rule
        </Button>
        {depth < ruleDepthMax && (
          <Button size="sm" variant="ghost" onClick={() => add(newGroup())}>
            <FolderPlus /> Add group
          </Button>
        )}
      </div>
    </div>
  );
}
