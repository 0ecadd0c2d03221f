import { describe, expect, it } from 'vitest';
import { houseOf } from '../../../functions/notices/house.ts';

type Found = Parameters<typeof houseOf>[0];
const item = (list: object, rest: object = {}) => ({ pk: 'p', sk: 's', et: 'x', v: 1, list, rest });
const property = item({ name: '锦绣花园', zone: 'Asia/Shanghai' }, { address: '中山路 1 号' });

describe('the head of a notice', () => {
  it('names office, property, address, unit and payer', () => {
    const found = {
      office: item({ name: '锦绣物业' }),
      property,
      unit: item({ building: '3栋', number: '1201' }),
      payer: item({ name: '张伟' }),
    } as Found;
    expect(houseOf(found)).toEqual({
      zone: 'Asia/Shanghai',
      office: '锦绣物业',
      property: '锦绣花园',
      address: '中山路 1 号',
      building: '3栋',
      unit: '1201',
      payer: '张伟',
    });
  });

  it('leaves blank what is not there any more', () => {
    const house = houseOf({ property: item({ name: '锦绣花园', zone: 'Asia/Shanghai' }) } as Found);
    expect(house).toEqual({
      zone: 'Asia/Shanghai',
      office: '',
      property: '锦绣花园',
      building: '',
      unit: '',
      payer: '',
    });
    expect(houseOf({})).toBeUndefined();
  });
});
