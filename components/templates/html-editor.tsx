"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useMemo, type ComponentProps } from "react";
import { useTRPC } from "#components/trpc/client";
import { Skeleton } from "#components/ui/skeleton";
import type { CodeEditor } from "./code-editor.tsx";

const Code = dynamic(() => import("./code-editor.tsx").then((loaded) => loaded.CodeEditor), {
  ssr: false,
  loading: () => <Skeleton className="h-96 w-full" />,
});

type Props = Omit<ComponentProps<typeof CodeEditor>, "fields">;

/** The code editor, fetched when it is shown, with the workspace's own fields. */
export function HtmlEditor(props: Props) {
  const trpc = useTRPC();
  const custom = useQuery(trpc.customFields.list.queryOptions());
  const fields = useMemo(
    () =>
      (custom.data ?? []).map(({ name, label }) => ({
        label: `custom.${name}`,
        detail: label,
        type: "variable",
      })),
    [custom.data],
  );
  return <Code {...props} fields={fields} />;
}
