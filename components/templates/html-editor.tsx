"use client";
import { useQuery } from "@tanstack/react-query";
import { ImageUp } from "lucide-react";
import dynamic from "next/dynamic";
import { useImperativeHandle, useMemo, useRef, type ComponentProps } from "react";
import { useAskPicture } from "#components/pictures/ask-picture";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Skeleton } from "#components/ui/skeleton";
import { imageHtml } from "./blocks/image-block.tsx";
import type { BodyHandle } from "./body-handle.tsx";
import type { CodeEditor } from "./code-editor.tsx";

const Code = dynamic(() => import("./code-editor.tsx").then((loaded) => loaded.CodeEditor), {
  ssr: false,
  loading: () => <Skeleton className="h-96 w-full" />,
});

type Props = Omit<ComponentProps<typeof CodeEditor>, "fields" | "onPicture">;

/** The code editor, fetched when it is shown, with the workspace's own fields, its variables and its pictures. */
export function HtmlEditor({ handle, ...props }: Props) {
  const trpc = useTRPC();
  const custom = useQuery(trpc.customFields.list.queryOptions());
  const variables = useQuery(trpc.templateVariables.list.queryOptions());
  const fields = useMemo(
    () => [
      ...(custom.data ?? []).map(({ name, label }) => ({
        label: `custom.${name}`,
        detail: label,
        type: "variable",
      })),
      ...(variables.data ?? []).map(({ key, value }) => ({
        label: key,
        detail: value.slice(0, 40),
        type: "variable",
      })),
    ],
    [custom.data, variables.data],
  );
  const code = useRef<BodyHandle>(null);
  useImperativeHandle(handle, () => ({
    insert: (text) => code.current?.insert(text),
    show: (line, column) => code.current?.show(line, column),
  }));
  const ask = useAskPicture();
  const askFor = (file?: File) =>
    ask({ file, onPick: (picture) => code.current?.insert(imageHtml(picture)) });
  return (
    <div className="space-y-2">
      <Code {...props} handle={code} fields={fields} onPicture={askFor} />
      {!props.disabled && (
        <Button size="sm" onClick={() => askFor()}>
          <ImageUp /> Picture
        </Button>
      )}
    </div>
  );
}
