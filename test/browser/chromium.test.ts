import { startChromium, startOnPhone } from './chromium.ts';
import { testViews } from './views.ts';

testViews({ name: 'Chromium', executable: '/usr/bin/chromium', start: startChromium, startOnPhone });
