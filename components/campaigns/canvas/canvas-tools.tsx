"use client";
import { useReactFlow } from "@xyflow/react";
import { Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { Button } from "#components/ui/button";
import { CanvasHelp } from "./canvas-help.tsx";

export function CanvasTools({ onFit }: { onFit: () => void }) {
  const flow = useReactFlow();
  return (
    <div role="group" aria-label="Zoom" className="flex rounded-md border bg-surface shadow-card">
      <Button variant="ghost" size="icon-sm" aria-label="Zoom in" onClick={() => void flow.zoomIn()}>
        <ZoomIn />
      </Button>
      <Button variant="ghost" size="icon-sm" aria-label="Zoom out" onClick={() => void flow.zoomOut()}>
        <ZoomOut />
      </Button>
      <Button variant="ghost" size="icon-sm" aria-label="Fit to the window" onClick={onFit}>
        <Maximize />
      </Button>
      <CanvasHelp />
    </div>
  );
}
