import { ApiProperty } from '@nestjs/swagger';

export class Balance {
  @ApiProperty({ description: 'In BRL.', example: 18_784.29 })
  amount!: number;
}
