// The viewer's worker. Drawing happens off the page's main thread because WebGL may run on the processor that trains:
// there a frame can wait long for its turn, and the page must answer clicks meanwhile.

import { throwRejections } from '../../workers/rejections';
import { RobotViewer } from './robot_viewer';
import type { FromViewer, ToViewer } from './viewer_protocol';

throwRejections();

let viewer: RobotViewer | null = null;

addEventListener('message', (event: MessageEvent<ToViewer>) => {
  const message = event.data;
  if (message.type === 'open') {
    try {
      viewer = new RobotViewer(message.canvas, message.theme);
      answer({ type: 'opened', graphics: viewer.graphics });
    } catch {
      answer({ type: 'unavailable' });
    }
    return;
  }
  if (!viewer) return;
  switch (message.type) {
    case 'theme':
      viewer.setTheme(message.theme);
      break;
    case 'scene':
      viewer.setScene(message.scene);
      break;
    case 'resize':
      viewer.resize(message.width, message.height, message.pixelRatio);
      break;
    case 'draw': {
      const { poses, orbit, elapsedSeconds, over } = message;
      answer({ type: 'drawn', ...viewer.draw(poses, orbit, elapsedSeconds, over) });
      break;
    }
    case 'crowd':
      viewer.setCrowd(message.shared);
      break;
    case 'draw-crowd': {
      const { envs, arrangement, orbit, elapsedSeconds } = message;
      answer({ type: 'drawn', ...viewer.drawCrowd(envs, arrangement, orbit, elapsedSeconds) });
      break;
    }
    case 'quality':
      viewer.setQuality(message.level);
      break;
    case 'pick':
      answer({ type: 'picked', env: viewer.pick(message.point) });
      break;
    case 'hold':
      answer({ type: 'held', hold: viewer.hold(message.point) });
      break;
  }
});

function answer(message: FromViewer): void {
  postMessage(message);
}
