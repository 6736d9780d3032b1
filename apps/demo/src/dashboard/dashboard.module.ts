import { Module } from '@nestjs/common';
import { BackendModule } from '../backend/backend.module.js';
import { CallStatistics } from './calls/call-statistics.js';
import { LoadGenerator } from './calls/load-generator.js';
import { DashboardController } from './dashboard.controller.js';
import { DashboardFeed } from './dashboard-feed.js';
import { EventFeed } from './event-feed.js';
import { FaultButtons } from './faults/fault-buttons.js';
import { Story } from './story.js';

@Module({
  imports: [BackendModule],
  controllers: [DashboardController],
  providers: [CallStatistics, DashboardFeed, EventFeed, FaultButtons, LoadGenerator, Story],
})
export class DashboardModule {}
