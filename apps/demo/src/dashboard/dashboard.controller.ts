import { Body, Controller, Delete, HttpCode, HttpStatus, type MessageEvent, Param, Post, Sse } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Observable } from 'rxjs';
import { LoadGenerator } from './calls/load-generator.js';
import { DashboardFeed } from './dashboard-feed.js';
import { FaultButtons } from './faults/fault-buttons.js';
import type { FaultView, LoadView } from './frames.js';
import { Story } from './story.js';

/** More than 30 seconds of frames; a page that is further behind should start with a new snapshot. */
const MAX_PENDING_CHARACTERS = 512 * 1024;

@ApiExcludeController()
@Controller('dashboard')
export class DashboardController {
  constructor(
    private readonly feed: DashboardFeed,
    private readonly load: LoadGenerator,
    private readonly faults: FaultButtons,
    private readonly story: Story,
  ) {}

  @Sse('stream', { maxPendingDataLength: MAX_PENDING_CHARACTERS })
  stream(): Observable<MessageEvent> {
    return this.feed.stream();
  }

  @Post('load')
  @HttpCode(HttpStatus.OK)
  setLoad(@Body() body: { callsPerSecond?: unknown } | undefined): LoadView {
    this.load.setRate(body?.callsPerSecond);
    return this.load.view;
  }

  @Post('faults/:name')
  @HttpCode(HttpStatus.ACCEPTED)
  pressFault(@Param('name') name: string, @Body() body: { seconds?: unknown } | undefined): FaultView {
    return this.faults.press(name, body?.seconds);
  }

  @Post('story')
  @HttpCode(HttpStatus.ACCEPTED)
  playStory(): void {
    this.story.play();
  }

  @Delete('story')
  @HttpCode(HttpStatus.NO_CONTENT)
  stopStory(): void {
    this.story.stop();
  }
}
